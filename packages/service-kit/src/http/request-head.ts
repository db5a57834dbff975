import type { IncomingMessage } from 'node:http'
import { ProblemError } from './problem.ts'

/** What services tell each other about a request; nobody else may. */
const internalHeaders = ['x-deadline-ms', 'x-client-session', 'x-client-address']
/** A path and a query, without a fragment (RFC 9112, 3.2.1). */
const originForm = /^\/[!-"$-~]*$/
const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

export function dropInternalHeaders({ headers }: IncomingMessage): void {
  for (const name of internalHeaders) headers[name] = undefined
}

function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1
}

/**
 * What is wrong with the target or the host of a request, before anything is decided by them.
 *
 * @param ownName if given, the request must name this host or a loopback one: a web page whose name somebody points to
 *   127.0.0.1 (DNS rebinding) sends its own
 */
export function headProblem(req: IncomingMessage, ownName?: string): ProblemError | undefined {
  // Routers, proxies and services read an absolute target in different ways.
  if (!originForm.test(req.url ?? ''))
    return new ProblemError(
      'malformed-request',
      'The request target must be a path, such as /movies?limit=5.',
    )
  if (hasTwoHosts(req)) return new ProblemError('malformed-request', 'The request has two Host headers.')
  if (ownName === undefined) return undefined
  const host = req.headers.host?.toLowerCase().replace(/:\d*$/, '') ?? ''
  if ([...loopbackNames, ownName].includes(host)) return undefined
  return new ProblemError('misdirected-request', `Use the host name localhost or ${ownName}.`)
}
