import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedCall {
  method: string
  path: string
  query: Record<string, string>
  headers: http.IncomingHttpHeaders
  body: unknown
}

/** A status with a body, or what a broken service does: never answer, or reset the connection. */
export type FakeAnswer = { status: number; body?: unknown; text?: string } | 'hang' | 'reset'

export interface FakeService {
  url: string
  /** Every call so far, in order. */
  calls: ReceivedCall[]
  /** Tests may replace it at any time. */
  answer: (call: ReceivedCall) => FakeAnswer | Promise<FakeAnswer>
  stop(): Promise<void>
}

async function readBody(req: http.IncomingMessage): Promise<unknown> {
  const chunks = await req.toArray()
  const text = Buffer.concat(chunks as Buffer[]).toString()
  return text === '' ? undefined : JSON.parse(text)
}

/** A real HTTP server on a free port in the place of another service; the test supplies its answers. */
export async function startFakeService(answer: FakeService['answer']): Promise<FakeService> {
  const server = http.createServer()
  const fake: FakeService = {
    url: '',
    calls: [],
    answer,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  server.on('request', (req, res) => {
    void readBody(req).then(async (body) => {
      const { pathname, searchParams } = new URL(req.url ?? '/', 'http://fake')
      const call = {
        method: req.method ?? '',
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: req.headers,
        body,
      }
      fake.calls.push(call)
      const reply = await fake.answer(call)
      if (reply === 'hang') return
      if (reply === 'reset') {
        req.socket.resetAndDestroy()
        return
      }
      res.writeHead(reply.status, {
        'Content-Type': reply.status < 400 ? 'application/json' : 'application/problem+json',
      })
      res.end(reply.text ?? JSON.stringify(reply.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  fake.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  return fake
}

/** A problem as our services write it. */
export function problemAnswer(status: number, slug: string, members: object = {}): FakeAnswer {
  return {
    status,
    body: {
      type: `https://matinee.dev/problems/${slug}`,
      title: slug,
      status,
      detail: slug,
      instance: '/',
      traceId: '0'.repeat(32),
      ...members,
    },
  }
}
