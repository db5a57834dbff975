import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'
import { testDatabase } from '@matinee/test-kit/database'
import { eventually } from '@matinee/test-kit/eventually'
import { loadConfig } from '../src/config.ts'
import { buildReplica, startReplica } from './start-service.ts'

it('reports every error of an invalid configuration, and none of its values', () => {
  const load = () =>
    loadConfig({ DATABASE_URL: 'mysql://root:hunter2@db:3306/', FINGERPRINT_SECRET: 'short', PORT: 'x' })
  expect(load).toThrow(/DATABASE_URL: must name a database[^]*FINGERPRINT_SECRET: must have/)
  expect(load).toThrow(/PORT: must be a port number/)
  expect(load).not.toThrow(/hunter2|short/)
  expect(() => loadConfig({})).toThrow(/DATABASE_URL: is missing\n {2}FINGERPRINT_SECRET: is missing/)
})

it('migrates the database once when replicas start at the same time', async () => {
  const url = await testDatabase('start_together')

  const replicas = await Promise.all([startReplica(url), startReplica(url), startReplica(url)])

  const lines = replicas.flatMap(({ logs }) => logs.lines)
  expect(lines.filter(({ message }) => message === 'migration applied')).toHaveLength(1)
  for (const { api, stop } of replicas) {
    expect((await api.get('/payments')).body).toEqual({ items: [], next: null })
    await stop()
  }
})

describe('A database that is not available yet', () => {
  let folder: string
  let server: DatabaseServer
  let url: string
  let replica: ReturnType<typeof buildReplica>
  let starting: ReturnType<typeof replica.service.start>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'payment-start-'))
    server = await startDatabase('mysql', { dataDir: folder, durable: false })
    url = await openDatabase(server, 'payment')
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

  it('is retried, and migrated once it is up', async () => {
    await server.restart()

    const { port } = await starting

    expect(replica.logs.lines).toContainEqual(expect.objectContaining({ message: 'migration applied' }))
    expect((await fetch(`http://127.0.0.1:${String(port)}/readyz`)).status).toBe(200)
    await replica.service.stop()
  })

  it('does not keep the service from stopping', async () => {
    const began = performance.now()
    await Promise.all([replica.service.stop(), starting])

    expect(performance.now() - began).toBeLessThan(1_000)
    expect(replica.logs.lines.at(-1)).toMatchObject({ message: 'stopped' })
  })
})
