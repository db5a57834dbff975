import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { notFound, movieId, screening } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const query = new URLSearchParams(screening).toString()
const events = `/api/screenings/seats/events?${query}`
const otherEvents = events.replace(movieId, '64b7f0c2a1d3e4f5a6b7c8d0')

describe('followers of a seat map', () => {
  let server: http.Server
  let upstreams: http.ServerResponse[]
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  let readers: AbortController[]
  beforeEach(async () => {
    upstreams = []
    readers = []
    server = http.createServer((_req, res) => {
      upstreams.push(res)
      res.once('close', () => upstreams.splice(upstreams.indexOf(res), 1))
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    dashboard = await startDashboard({
      BOOKING_URL: `http://127.0.0.1:${String(port)}`,
      TRUSTED_HOPS: '1',
      MAX_STREAMS_PER_SESSION: '1',
      MAX_STREAMS_PER_ADDRESS: '3',
      MAX_STREAMS: '4',
    })
  })
  afterEach(async () => {
    for (const reader of readers) reader.abort()
    await dashboard.stop()
    server.closeAllConnections()
    server.close()
  })

  async function follow({ path = events, address = '203.0.113.1', cookie = '' } = {}) {
    const reader = new AbortController()
    readers.push(reader)
    const headers = { 'X-Forwarded-For': address, ...(cookie && { Cookie: cookie }) }
    const response = await fetch(dashboard.url + path, { headers, signal: reader.signal })
    const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    return {
      response,
      leave: () => {
        reader.abort()
      },
      next: async () => (await chunks?.read())?.value,
    }
  }

  it('share one stream of the service, and those who come late get the latest map at once', async () => {
    const first = await follow()
    upstreams[0]?.write('data: one\n\n')
    expect(await first.next()).toBe('data: one\n\n')

    const second = await follow()
    expect(await second.next()).toBe('data: one\n\n')
    upstreams[0]?.write('data: t')
    upstreams[0]?.write('wo\n\n')

    expect(await first.next()).toBe('data: two\n\n')
    expect(await second.next()).toBe('data: two\n\n')
    expect(upstreams).toHaveLength(1)
    await follow({ path: otherEvents })
    expect(upstreams).toHaveLength(2)
  })

  it('keep the stream of the service until the last one leaves', async () => {
    const [first, second] = [await follow(), await follow()]
    first.leave()
    upstreams[0]?.write('data: one\n\n')
    expect(await second.next()).toBe('data: one\n\n')

    second.leave()

    await eventually(() => {
      expect(upstreams).toEqual([])
    })
    const again = await follow()
    upstreams[0]?.write('data: two\n\n')
    expect(await again.next()).toBe('data: two\n\n')
  })

  it('all end when the stream of the service does, and may come again', async () => {
    const [first, second] = [await follow(), await follow()]
    upstreams[0]?.destroy()

    expect([await first.next(), await second.next()]).toEqual([undefined, undefined])
    await follow()
    expect(upstreams).toHaveLength(1)
  })

  it('are limited by session, by address and in all, until they leave', async () => {
    const browser = dashboard.browser()
    await browser.get('/admin')
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const status = async (options: Parameters<typeof follow>[0]) => (await follow(options)).response.status
    const last = await follow({ cookie })

    expect(await status({ cookie })).toBe(429)
    expect([await status({}), await status({}), await status({})]).toEqual([200, 200, 429])
    expect(await status({ address: '203.0.113.2' })).toBe(200)
    const refused = await follow({ address: '203.0.113.3' })
    expect(refused.response.status).toBe(429)
    expect(refused.response.headers.get('Retry-After')).toBe('10')
    expect(await refused.next()).toContain('too-many-streams')

    last.leave()
    await eventually(async () => {
      expect(await status({ cookie })).toBe(200)
    })
  })
})

describe('a seat map that cannot be followed', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeEach(async () => {
    dashboard = await startDashboard({ MAX_STREAMS_PER_ADDRESS: '1' })
  })
  afterEach(() => dashboard.stop())

  it.each([
    ['unknown', notFound, 404, 'not-found'],
    ['of an overloaded service', problemAnswer(503, 'overloaded'), 503, 'overloaded'],
    ['of a service that is down', 'reset' as const, 503, 'dependency-unavailable'],
  ])('is answered by the problem, and counts no longer: %s', async (_what, answer, status, slug) => {
    dashboard.fakes.booking.answer = () => answer

    for (let times = 0; times < 2; times += 1) {
      const refused = await dashboard.api.get(events)
      expect(refused.status).toBe(status)
      expect(refused.body).toMatchObject({
        type: `https://matinee.dev/problems/${slug}`,
        instance: events,
      })
    }
  })

  it('is checked here: a malformed screening opens no stream', async () => {
    expect((await dashboard.api.get('/api/screenings/seats/events?movieId=x')).status).toBe(400)
    expect(dashboard.fakes.booking.calls).toEqual([])
  })
})
