import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { testDatabase } from '@matinee/test-kit/database'
import { eventually } from '@matinee/test-kit/eventually'
import { loadConfig } from '../src/config.ts'
import { aTheatre, asAdmin, createTheatre, startService, unknownId } from './start-service.ts'

/** A proxy in front of the database that a test can shut down. */
async function startProxy(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl)
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    const behind = net.connect(Number(port), hostname)
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      sockets.add(one)
      one
        .on('error', () => other.destroy())
        .on('close', () => other.destroy())
        .pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    shutDown() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('When the database fails', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    const proxy = await startProxy(await testDatabase('trouble'))
    theatre = await startService('trouble', { MONGODB_URL: proxy.url })
    expect((await theatre.api.post('/theatres').set(asAdmin).send(aTheatre())).status).toBe(201)
    proxy.shutDown()
  })
  afterAll(() => theatre.stop())

  const path = `/theatres/${unknownId}`
  it.each([
    ['get', '/theatres', undefined],
    ['get', path, undefined],
    ['post', '/theatres', aTheatre()],
    ['patch', path, { available: false }],
    ['delete', path, undefined],
  ] as const)('answers %s %s with 503 within 2 s', async (method, at, body) => {
    const started = performance.now()

    const refused = await theatre.api[method](at).set(asAdmin).send(body)

    expect(performance.now() - started).toBeLessThan(2_000)
    expect(refused.status).toBe(503)
    expect(refused.body.type).toBe('https://matinee.dev/problems/store-unavailable')
    expect(refused.headers['retry-after']).toBe('1')
    expect(refused.text).not.toMatch(/mongo/i)
  })

  it('stays live and ready: a restart would not repair the database', async () => {
    expect((await theatre.api.get('/livez')).status).toBe(200)
    expect((await theatre.api.get('/readyz')).status).toBe(200)
  })
})

describe('When the database is not available yet', () => {
  it.each([
    ['connection refused', 'mongodb://127.0.0.1:1/theatre'],
    ['unknown host name', 'mongodb://mongodb.invalid/theatre'],
  ])('retries until it is stopped: %s', async (_case, MONGODB_URL) => {
    const { service, logs } = await createTheatre('not_up', { MONGODB_URL })

    const started = service.start()

    await eventually(() => {
      const waits = logs.lines.filter(({ message }) => message === 'MongoDB does not answer yet')
      expect(waits.length).toBeGreaterThan(1)
    }, 10_000)
    await service.stop()
    await started
  })
})

describe('An invalid configuration', () => {
  it('is refused with all of its errors and none of its values', () => {
    const load = () =>
      loadConfig({ PORT: 'high', MONGODB_URL: 'http://secret-host', ADMIN_TOKEN: 'short', LOG_LEVEL: '' })

    expect(load).toThrow(/PORT: .*\n.*MONGODB_URL: .*\n.*ADMIN_TOKEN: /)
    expect(load).not.toThrow(/secret-host|short\b(?! )/)
    expect(() => loadConfig({})).toThrow(/MONGODB_URL: is missing\n.*ADMIN_TOKEN: is missing/)
  })
})
