import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { freshDatabase } from '@matinee/local-stack/databases/databases'
import { createLogger } from '@matinee/service-kit/observe/logger'
import { createLogs } from '@matinee/test-kit/logs'
import { connectMysql, fromDate, toDate } from '../src/mysql/connect.ts'

let store: ReturnType<typeof connectMysql>
beforeAll(async () => {
  const kit = {
    logger: createLogger('stores', 'info', createLogs().destination),
    stopping: new AbortController().signal,
  }
  const url = await freshDatabase({ kind: 'mysql', url: process.env['TEST_SERVER_mysql'] ?? '' }, 'connect')
  store = connectMysql(url, await mkdtemp(join(tmpdir(), 'migrations-')), kit)
  await store.start?.()
  await store.database.write('CREATE TABLE cats (name VARCHAR(20) PRIMARY KEY, born DATETIME(3) NULL)')
})
afterAll(() => store.stop?.())

it('tells whether a unique key has the row already', async () => {
  expect(await store.database.insert('INSERT INTO cats (name) VALUES (?)', ['Tom'])).toBe(true)
  expect(await store.database.insert('INSERT INTO cats (name) VALUES (?)', ['Tom'])).toBe(false)
})

it('counts the rows that matched, changed or not', async () => {
  await store.database.insert('INSERT INTO cats (name) VALUES (?)', ['Kit'])
  const rename = (to: string, from: string) =>
    store.database.write('UPDATE cats SET name = ? WHERE name = ?', [to, from])
  expect(await rename('Kim', 'Kit')).toBe(1)
  expect(await rename('Kim', 'Kim')).toBe(1)
  expect(await rename('Kim', 'Kit')).toBe(0)
})

it.each(['2030-06-30T23:59:59.999Z', '2030-01-01T00:00:00.000Z'])('gives %s back as it was', async (time) => {
  const values = [`cat of ${time.slice(0, 10)}`, fromDate(new Date(time))]
  await store.database.insert('INSERT INTO cats (name, born) VALUES (?, ?)', values)
  const [row] = await store.database.read<{ born: string }>(
    'SELECT born FROM cats WHERE name = ?',
    values.slice(0, 1),
  )
  expect(toDate(row?.born ?? '').toISOString()).toBe(time)
})

it('prepares a statement once a connection', async () => {
  const prepared = async () => {
    const [row] = await store.database.read<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_stmt_prepare'")
    return Number(row?.Value)
  }
  const before = await prepared()
  for (let count = 0; count < 100; count += 1) await store.database.read('SELECT 100 AS n')
  expect((await prepared()) - before).toBeLessThan(25)
})
