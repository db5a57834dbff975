import { expect, it } from '@jest/globals'
import { createLogger } from '@matinee/service-kit/logger'
import { migrateMysql } from '@matinee/sql-migrate/mysql'
import { testDatabase } from '@matinee/test-kit/database'
import { loadConfig, loadMigrationConfig } from '../src/config.ts'
import { startReplica } from './start-service.ts'

it('names everything that is wrong with its configuration, and shows no value', () => {
  const load = () =>
    loadConfig({ DATABASE_URL: 'mysql://root:hunter2@db:3306/', FINGERPRINT_SECRET: 'short', PORT: 'x' })
  expect(load).toThrow(/DATABASE_URL: must name a database[^]*FINGERPRINT_SECRET: must have/)
  expect(load).toThrow(/PORT: must be a port number/)
  expect(load).not.toThrow(/hunter2|short/)
  expect(() => loadConfig({})).toThrow(/DATABASE_URL: is missing\n {2}FINGERPRINT_SECRET: is missing/)
  expect(() => loadMigrationConfig({ DATABASE_URL: 'postgres://db/x' })).toThrow(/mysql:\/\//)
})

it('migrates once when two replicas start at the same time', async () => {
  const options = {
    url: await testDatabase('migrate_twice'),
    folder: 'prisma/migrations',
    logger: createLogger('test', 'error'),
  }

  const applied = await Promise.all([migrateMysql(options), migrateMysql(options)])

  expect(applied.flat()).toHaveLength(1)
  const payment = await startReplica(options.url)
  expect((await payment.api.get('/readyz')).status).toBe(200)
  expect((await payment.api.get('/payments')).body).toEqual({ items: [], next: null })
  await payment.stop()
})
