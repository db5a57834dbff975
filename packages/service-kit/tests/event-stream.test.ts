import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { streamEvents } from '../src/http/event-stream.ts'

describe('streamEvents', () => {
  const stopping = new AbortController()
  let sends: ((data: string) => void)[]
  let waitFor: (response: http.ServerResponse) => Promise<unknown>
  let answered: number
  let server: http.Server
  let url: string
  beforeEach(async () => {
    sends = []
    answered = 0
    waitFor = () => Promise.resolve()
    server = http.createServer((_req, response) => {
      void waitFor(response).then(() => {
        streamEvents(response, stopping.signal, (send) => {
          sends.push(send)
          return () => {
            sends = sends.filter((other) => other !== send)
          }
        })
        answered += 1
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => server[Symbol.asyncDispose]())

  it('does not subscribe a client that has already left', async () => {
    const left = new AbortController()
    waitFor = (response) => {
      left.abort()
      return once(response, 'close')
    }

    await expect(fetch(url, { signal: left.signal })).rejects.toThrow('aborted')

    await eventually(() => {
      expect(answered).toBe(1)
    })
    expect(sends).toEqual([])
  })

  it('does not begin once the request has been answered', async () => {
    waitFor = (response) => {
      response.writeHead(503).end()
      return Promise.resolve()
    }

    expect((await fetch(url)).status).toBe(503)
    expect([answered, sends]).toEqual([1, []])
  })

  it('answers HEAD with headers alone', async () => {
    const { headers } = await fetch(url, { method: 'HEAD' })

    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(sends).toEqual([])
  })

  it('ends when the service stops, and sends nothing after that', async () => {
    const { body } = await fetch(url)
    const [send] = sends
    send?.('one')

    stopping.abort()
    expect(sends).toEqual([])

    const text = (await body?.pipeThrough(new TextDecoderStream()).getReader().read())?.value
    expect(text).toBe('data: one\n\n')
  })
})
