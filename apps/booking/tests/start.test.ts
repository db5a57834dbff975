import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'
import { testDatabase } from '@matinee/test-kit/database'
import { eventually } from '@matinee/test-kit/eventually'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { createService } from '../src/service.ts'

/** A replica, not started yet; the services that it calls are down. */
function buildReplica(databaseUrl: string) {
  const logs = createLogs()
  const neighbour = 'http://127.0.0.1:1'
  const config = loadConfig({
    ...{ HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', DATABASE_URL: databaseUrl },
    ...{ MOVIE_URL: neighbour, THEATRE_URL: neighbour, PAYMENT_URL: neighbour },
  })
  return { service: createService(config, { logDestination: logs.destination }), logs }
}

const readiness = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status

it('creates its tables once when replicas start at the same time', async () => {
  const url = await testDatabase('start_together')
  const replicas = [1, 2, 3].map(() => buildReplica(url))

  const started = await Promise.all(replicas.map(({ service }) => service.start()))

  const applied = replicas
    .flatMap(({ logs }) => logs.lines)
    .filter(({ message }) => message === 'migration applied')
    .map(({ migration }) => migration)
  expect(applied).toContain('20261101000000_bookings')
  expect(applied).toEqual([...new Set(applied)])
  expect(await Promise.all(started.map(({ port }) => readiness(port)))).toEqual([200, 200, 200])
  await Promise.all(replicas.map(({ service }) => service.stop()))
})

describe('A database that is down at the start', () => {
  let folder: string
  let server: DatabaseServer
  let url: string
  let replica: ReturnType<typeof buildReplica>
  let starting: ReturnType<typeof replica.service.start>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'booking-start-'))
    server = await startDatabase('postgres', { dataDir: folder, durable: false })
    url = await openDatabase(server, 'booking')
  })
  beforeEach(async () => {
    replica = buildReplica(url)
    await server.kill()
    starting = replica.service.start()
    await eventually(() => {
      expect(replica.logs.lines).toContainEqual(
        expect.objectContaining({ level: 'warn', message: 'the database does not answer yet' }),
      )
    })
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is waited for, and migrated once it is up', async () => {
    await server.restart()

    const { port } = await starting

    expect(replica.logs.lines).toContainEqual(expect.objectContaining({ message: 'migration applied' }))
    expect(await readiness(port)).toBe(200)
    await replica.service.stop()
  })

  it('does not keep the service from stopping', async () => {
    const began = performance.now()
    await Promise.all([replica.service.stop(), starting])

    expect(performance.now() - began).toBeLessThan(1_000)
    expect(replica.logs.lines.at(-1)).toMatchObject({ message: 'stopped' })
  })
})
