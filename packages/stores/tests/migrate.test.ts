import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { freshDatabase } from '@matinee/local-stack/databases/databases'
import { eventually } from '@matinee/test-kit/eventually'
import { createConnection } from 'mariadb'
import { Client } from 'pg'
import { migrateMysql } from '../src/mysql/migrate.ts'
import { mysqlOptions } from '../src/mysql/options.ts'
import { migratePostgres } from '../src/postgres/migrate.ts'

type Row = Record<string, unknown>

const systems = [
  {
    kind: 'postgres' as const,
    migrate: migratePostgres,
    /** Takes 1 s. */
    slow: 'SELECT pg_sleep(1)',
    query: async (url: string, sql: string): Promise<Row[]> => {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query<Row>(sql)).rows
      } finally {
        await client.end()
      }
    },
  },
  {
    kind: 'mysql' as const,
    migrate: migrateMysql,
    slow: 'DO SLEEP(1)',
    query: async (url: string, sql: string): Promise<Row[]> => {
      const connection = await createConnection({ ...mysqlOptions(url), insertIdAsNumber: true })
      try {
        return await connection.query<Row[]>(sql)
      } finally {
        await connection.end()
      }
    },
  },
]

describe.each(systems)('the migrations of $kind', ({ kind, migrate, slow, query }) => {
  const lines: string[] = []
  const logger = {
    info: (message: string) => lines.push(message),
    warn: (message: string) => lines.push(message),
  }
  const { signal } = new AbortController()
  let folder: string
  let url: string

  beforeEach(async () => {
    lines.length = 0
    folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    url = await freshDatabase({ kind, url: process.env[`TEST_SERVER_${kind}`] ?? '' }, 'migrate')
    await writeFile(join(folder, 'migration_lock.toml'), '')
    await write('1_create', 'CREATE TABLE cats (name VARCHAR(20)); CREATE TABLE dogs (name VARCHAR(20));')
    await write('2_fill', "INSERT INTO cats VALUES ('Tom'); INSERT INTO dogs VALUES ('Rex');")
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function write(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'migration.sql'), sql)
  }

  it('are applied once, in order, and recorded as Prisma does', async () => {
    expect(await migrate({ url, folder, logger, signal })).toEqual(['1_create', '2_fill'])
    expect(await migrate({ url, folder, logger, signal })).toEqual([])
    await write('3_more', "INSERT INTO cats VALUES ('Kit');")
    expect(await migrate({ url, folder, logger, signal })).toEqual(['3_more'])

    expect(await query(url, 'SELECT name FROM cats ORDER BY name')).toEqual([
      { name: 'Kit' },
      { name: 'Tom' },
    ])
    const [first] = await query(url, "SELECT * FROM _prisma_migrations WHERE migration_name = '1_create'")
    expect(first).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash('sha256')
        .update('CREATE TABLE cats (name VARCHAR(20)); CREATE TABLE dogs (name VARCHAR(20));')
        .digest('hex'),
      finished_at: expect.any(Date),
      migration_name: '1_create',
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Date),
      applied_steps_count: 1,
    })
    expect(lines).toEqual([
      'migration applied',
      'migration applied',
      'no migration to apply',
      'migration applied',
    ])
  })

  it('are applied once when several replicas start at the same time', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate({ url, folder, logger, signal })))

    expect(results.flat().sort()).toEqual(['1_create', '2_fill'])
    expect(await query(url, 'SELECT name FROM cats')).toEqual([{ name: 'Tom' }])
  })

  it('are refused when one was changed after it was applied', async () => {
    await migrate({ url, folder, logger, signal })
    await write('1_create', 'CREATE TABLE cats (name VARCHAR(30));')
    await write('3_more', "INSERT INTO cats VALUES ('Kit');")

    await expect(migrate({ url, folder, logger, signal })).rejects.toThrow(
      /1_create was changed after it was applied/,
    )
    expect(await query(url, 'SELECT name FROM cats')).toEqual([{ name: 'Tom' }])
  })

  it('may be fewer than the database has, after a rollback to an older version', async () => {
    await migrate({ url, folder, logger, signal })
    await rm(join(folder, '2_fill'), { recursive: true })

    expect(await migrate({ url, folder, logger, signal })).toEqual([])
  })

  it('stop at a failed one, and continue after its repair', async () => {
    await write('3_bad', "INSERT INTO cats VALUES ('Kit'); INSERT INTO birds VALUES ('Tweety');")
    await write('4_more', "INSERT INTO dogs VALUES ('Max');")

    await expect(migrate({ url, folder, logger, signal })).rejects.toThrow(/birds/)
    if (kind === 'mysql') {
      await expect(migrate({ url, folder, logger, signal })).rejects.toThrow(
        /3_bad failed half-way \(.*birds/,
      )
      await query(url, "UPDATE _prisma_migrations SET rolled_back_at = NOW() WHERE migration_name = '3_bad'")
    } else {
      expect(await query(url, 'SELECT name FROM cats')).toEqual([{ name: 'Tom' }])
    }
    await write('3_bad', "INSERT INTO cats VALUES ('Kim');")
    expect(await migrate({ url, folder, logger, signal })).toEqual(['3_bad', '4_more'])
  })

  it('are refused while one is unfinished because its process was killed', async () => {
    await migrate({ url, folder, logger, signal })
    await query(url, "UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '2_fill'")

    await expect(migrate({ url, folder, logger, signal })).rejects.toThrow(
      /2_fill failed half-way \(its process was killed\)/,
    )
  })

  it('wait for a database that is not up yet, until they are aborted', async () => {
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    nobody.close()
    await once(nobody, 'close')
    const away = Object.assign(new URL(url), { port: String(port) }).href
    const stopping = new AbortController()

    const migrating = migrate({ url: away, folder, logger, signal: stopping.signal })
    const stopped = expect(migrating).rejects.toThrow(/aborted/)
    await eventually(() => {
      expect(lines.slice(0, 2)).toEqual(Array(2).fill('the database does not answer yet'))
    })
    stopping.abort()

    await stopped
  })

  it('wait while another process migrates, until they are aborted', async () => {
    await write('3_slow', slow)
    const begun = Promise.withResolvers<undefined>()
    const order: string[] = []
    const told = {
      ...logger,
      info: () => {
        begun.resolve(undefined)
      },
    }

    const first = migrate({ url, folder, logger: told, signal }).then(() => order.push('first'))
    await begun.promise
    const stopped = migrate({ url, folder, logger, signal: AbortSignal.timeout(300) }).catch(() =>
      order.push('stopped'),
    )
    expect(await migrate({ url, folder, logger, signal })).toEqual([])

    await Promise.all([first, stopped])
    expect(order).toEqual(['stopped', 'first'])
  })

  it('do not retry after a permanent error', async () => {
    const unknown = Object.assign(new URL(url), { pathname: 'nothing_here' }).href

    await expect(migrate({ url: unknown, folder, logger, signal })).rejects.toThrow(/nothing_here/)
    expect(lines).toEqual([])
  })
})
