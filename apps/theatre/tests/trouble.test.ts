import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { testDatabase } from '@matinee/test-kit/database'
import { eventually } from '@matinee/test-kit/eventually'
import { loadConfig } from '../src/config.ts'
import { aTheatre, asAdmin, createTheatre, startService, unknownId } from './start-service.ts'

/** A door before the database that a test can shut. */
async function startDoor(databaseUrl: string) {
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
    shut() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe('When the database goes away', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    const door = await startDoor(await testDatabase('trouble'))
    theatre = await startService('trouble', { MONGODB_URL: door.url })
    expect((await theatre.api.post('/theatres').set(asAdmin).send(aTheatre())).status).toBe(201)
    door.shut()
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

  it('stays alive and ready: a restart would not bring the database back', async () => {
    expect((await theatre.api.get('/livez')).status).toBe(200)
    expect((await theatre.api.get('/readyz')).status).toBe(200)
  })
})

describe('When the database is not up yet', () => {
  it.each([
    ['its port is closed', 'mongodb://127.0.0.1:1/theatre'],
    ['its name is not known', 'mongodb://mongodb.invalid/theatre'],
  ])('waits, and can be stopped meanwhile: %s', async (_case, MONGODB_URL) => {
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

describe('A configuration that is not usable', () => {
  it('is refused with every problem at once, and no value in it', () => {
    const load = () =>
      loadConfig({ PORT: 'high', MONGODB_URL: 'http://secret-host', ADMIN_TOKEN: 'short', LOG_LEVEL: '' })

    expect(load).toThrow(/PORT: .*\n.*MONGODB_URL: .*\n.*ADMIN_TOKEN: /)
    expect(load).not.toThrow(/secret-host|short\b(?! )/)
    expect(() => loadConfig({})).toThrow(/MONGODB_URL: is missing\n.*ADMIN_TOKEN: is missing/)
  })
})
