import http from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aBooking, screening, seatMap } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const id = '0b8e3f9c-3c1b-4c39-9d3e-0d6f2d0c7d11'

describe('the edge in front of a raw server', () => {
  const server = http.createServer()
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${String(port)}`
    dashboard = await startDashboard({ BOOKING_URL: url, PAYMENT_URL: url })
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await dashboard.stop()
  })

  const events = `/api/screenings/seats/events?${new URLSearchParams(screening).toString()}`

  it('puts /api before a Location and keeps the headers of the answer', async () => {
    server.once('request', (_req, res: http.ServerResponse) => {
      const headers = {
        Location: `/bookings/${id}`,
        'Idempotency-Replayed': 'true',
        ETag: '"tag"',
        Allow: 'GET',
        'X-Hop': '1',
        Connection: 'X-Hop',
      }
      res.writeHead(201, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(aBooking()))
    })

    const answer = await dashboard.api.post('/api/bookings').set('Idempotency-Key', 'key').send({})

    expect(answer.headers).toMatchObject({
      location: `/api/bookings/${id}`,
      'idempotency-replayed': 'true',
      etag: '"tag"',
      allow: 'GET',
    })
    expect(answer.headers['x-hop']).toBeUndefined()
  })

  it('lets a payment finish after its caller has disconnected', async () => {
    const arrived = once(server, 'request') as Promise<[http.IncomingMessage, http.ServerResponse]>
    const caller = new AbortController()
    const call = fetch(`${dashboard.url}/api/payments`, { method: 'POST', body: '{}', signal: caller.signal })
    const [, res] = await arrived
    const ended = once(res, 'close')

    caller.abort()
    await expect(call).rejects.toThrow()
    await dashboard.logged({ message: 'request', route: '/api/payments', status: 499 })
    res.writeHead(201, { 'Content-Type': 'application/json' }).end('{}')

    await ended
    expect(res.writableFinished).toBe(true)
  })

  it('streams events as they come, and disconnects when the reader does', async () => {
    const { promise: closed, resolve: close } = Promise.withResolvers<string>()
    server.once('request', (_req, res: http.ServerResponse) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write(`data: ${JSON.stringify(seatMap)}\n\n`)
      res.once('close', () => {
        close('closed')
      })
    })
    const reader = new AbortController()

    const response = await fetch(dashboard.url + events, { signal: reader.signal })
    const { value } = (await response.body?.getReader().read()) ?? {}
    reader.abort()

    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(new TextDecoder().decode(value as Uint8Array)).toMatch(/^data: /)
    expect(await closed).toBe('closed')
  })

  it('ends its streams cleanly and at once when it stops', async () => {
    server.once('request', (_req, res: http.ServerResponse) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      res.write('data: {}\n\n')
    })
    const { port } = server.address() as AddressInfo
    // Longer than the test may take: a stream that has to be cut makes it fail.
    const other = await startDashboard({
      BOOKING_URL: `http://127.0.0.1:${String(port)}`,
      SHUTDOWN_TIMEOUT_MS: '600000',
    })
    const response = await fetch(other.url + events)

    const [text] = await Promise.all([response.text(), other.stop()])

    expect(text).toBe('data: {}\n\n')
  })

  it('ends a stream cleanly that has no answer yet when it stops', async () => {
    const asked = once(server, 'request')
    const { port } = server.address() as AddressInfo
    const other = await startDashboard({ BOOKING_URL: `http://127.0.0.1:${String(port)}` })
    const response = fetch(other.url + events)
    await asked

    await other.stop()

    const { status, headers } = await response
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
  })
})
