/** What the five floor servers share: bare `node:http`, a pool of undici, and JSON. */
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

interface Request {
  id: string
  query: URLSearchParams
  body: string
}

/** By method and path: `GET /movies`, `GET /movies/:id`, `POST /bookings/:id/confirm`. */
type Routes = Record<string, (request: Request) => Promise<{ status: number; body: object | string }>>

function read(request: IncomingMessage): Promise<string> {
  return new Promise((done, failed) => {
    let body = ''
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => (body += chunk))
      .on('end', () => {
        done(body)
      })
      .on('error', failed)
  })
}

/** Listens on a free port of the loopback address and reports it to the parent process; ends with it. */
export function serve(routes: Routes): void {
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request
    const [path = '', query] = url.split('?', 2)
    const [, collection = '', id, action] = path.split('/', 4)
    const route = `${method} /${collection}${id ? '/:id' : ''}${action ? `/${action}` : ''}`
    async function answer(): Promise<void> {
      const body = method === 'GET' ? '' : await read(request)
      const handler = routes[route]
      if (!handler) throw new Error(`no route ${route}`)
      const result = await handler({ id: id ?? '', query: new URLSearchParams(query), body })
      const isPage = typeof result.body === 'string'
      response.statusCode = result.status
      response.setHeader('content-type', isPage ? 'text/html; charset=utf-8' : 'application/json')
      response.end(isPage ? result.body : JSON.stringify(result.body))
    }
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.once('disconnect', () => process.exit())
}

export function environment(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set`)
  return value
}

/** A caller of the floor server at `url`. */
export function caller(url: string) {
  const pool = new Pool(url)
  return async <T>(method: 'GET' | 'POST', path: string): Promise<T> => {
    const { statusCode, body } = await pool.request({ method, path })
    if (statusCode >= 300) throw new Error(await body.text())
    return (await body.json()) as T
  }
}
