import type { Request } from 'express'
import { clientHeaders, requestContext, traceparent } from '@matinee/service-kit/http/context'

/** Headers of one connection (RFC 9110, 7.6.1), beside those that `Connection` names. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Request headers that the edge sets itself or keeps from the services. */
const notForwarded = [
  'host',
  'cookie',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'content-length',
  'content-encoding',
]
/** Orders to the sidecars of a mesh, such as a timeout or retries. */
const meshPrefix = 'x-envoy-'

type Headers = Record<string, string | string[]>

export function endToEnd(headers: NodeJS.Dict<string | string[]>, without: string[] = []): Headers {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
  const dropped = new Set([...hopByHop, ...named, ...without])
  return Object.fromEntries(
    Object.entries(headers).filter(
      (header): header is [string, string | string[]] => header[1] !== undefined && !dropped.has(header[0]),
    ),
  )
}

/** The headers to forward. The body has been read and decompressed by then. */
export function requestHeaders(req: Request): Headers {
  return {
    ...endToEnd(req.headers, [
      ...notForwarded,
      ...Object.keys(req.headers).filter((name) => name.startsWith(meshPrefix)),
    ]),
    'x-forwarded-for': req.ip ?? '',
    'x-request-id': requestContext()?.requestId ?? '',
    traceparent: traceparent(),
    ...clientHeaders(),
  }
}
