import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { openDatabase, startDatabase } from '@matinee/local-stack/databases/databases'
import type { DatabaseServer } from '@matinee/local-stack/databases/server'
import { createLogger } from '@matinee/service-kit/observe/logger'
import { createLogs } from '@matinee/test-kit/logs'
import { connectMysql } from '../src/mysql/connect.ts'
import { isStoreUnavailable } from '../src/mysql/errors.ts'

let folder: string
let server: DatabaseServer
let store: ReturnType<typeof connectMysql>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hanging-'))
  server = await startDatabase('mysql', { dataDir: join(folder, 'data'), durable: false })
  const kit = {
    logger: createLogger('stores', 'info', createLogs().destination),
    stopping: new AbortController().signal,
  }
  store = connectMysql(await openDatabase(server, 'hanging'), join(folder, 'migrations'), kit)
  await store.database.write('CREATE TABLE cats (name VARCHAR(20) PRIMARY KEY)')
})
afterAll(async () => {
  await store.stop?.()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const twenty = (run: () => Promise<unknown>) => Promise.allSettled(Array.from({ length: 20 }, run))
const twentyTimes = (status: string) => Array<unknown>(20).fill(expect.objectContaining({ status }))

it.each([
  ['our own', () => store.database.insert('INSERT INTO cats VALUES (UUID_SHORT())')],
  [`Prisma's`, () => store.database.pool.execute<unknown>('SELECT name FROM cats')],
])('fails statements that the server does not answer, and frees the pool: %s', async (_whose, run) => {
  expect(await twenty(run)).toEqual(twentyTimes('fulfilled'))
  await server.pause()
  const started = performance.now()
  const unanswered = await twenty(run).finally(() => server.resume())

  expect(unanswered).toEqual(twentyTimes('rejected'))
  expect(unanswered.every((result) => 'reason' in result && isStoreUnavailable(result.reason))).toBe(true)
  expect(performance.now() - started).toBeLessThan(10_000)
  expect(await twenty(run)).toEqual(twentyTimes('fulfilled'))
})

it('leaves connections at rest alone', async () => {
  const { pool } = store.database
  await twenty(() => pool.execute('SELECT 1'))
  const before = pool.idleConnections()
  expect(before).toBeGreaterThan(1)
  // Longer than a statement may take.
  await sleep(6_000)
  expect(pool.idleConnections()).toBeGreaterThanOrEqual(before)
})
