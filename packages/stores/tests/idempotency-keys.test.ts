import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { freshDatabase } from '@matinee/local-stack/databases/databases'
import type { Claim, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import { createLogger } from '@matinee/service-kit/observe/logger'
import { createLogs } from '@matinee/test-kit/logs'
import { connectMysql } from '../src/mysql/connect.ts'
import { createIdempotencyKeys as createMysqlKeys } from '../src/mysql/idempotency-keys.ts'
import { connectPostgres } from '../src/postgres/connect.ts'
import { createIdempotencyKeys as createPostgresKeys } from '../src/postgres/idempotency-keys.ts'

const kit = {
  logger: createLogger('stores', 'info', createLogs().destination),
  stopping: new AbortController().signal,
}
const migrations = (app: string) =>
  fileURLToPath(new URL(`../../../apps/${app}/prisma/migrations`, import.meta.url))

/** Both stores, each with the tables of a service that uses it, and a way to run a statement without values. */
const stores = [
  {
    kind: 'postgres' as const,
    open: (url: string) => {
      const { database, ...part } = connectPostgres(url, migrations('booking'), kit)
      const run = async (sql: string) => (await database.query(sql)).rows
      return { ...part, keys: createPostgresKeys(database), run }
    },
    key: 'key',
    hoursAgo: (hours: number) => `now() - interval '${hours} hours'`,
  },
  {
    kind: 'mysql' as const,
    open: (url: string) => {
      const { database, ...part } = connectMysql(url, migrations('payment'), kit)
      return { ...part, keys: createMysqlKeys(database), run: (sql: string) => database.read<object>(sql) }
    },
    key: 'idempotency_key',
    hoursAgo: (hours: number) => `UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR`,
  },
]

const [fingerprint, otherFingerprint] = ['a'.repeat(64), 'b'.repeat(64)]
const answer: StoredAnswer = { status: 201, body: '{"title":"Amélie 🎬"}', location: '/things/1' }
const minuteMs = 60_000
const expiredMs = -1

/** A claim that no other test makes, or another one of the same key. */
function aClaim(fields: Partial<Claim> = {}): Claim {
  return {
    operation: 'createThing',
    key: randomUUID(),
    owner: randomUUID(),
    answer: () => answer,
    ...fields,
  }
}
const another = ({ operation, key }: Claim) => aClaim({ operation, key })

describe.each(stores)('the idempotency keys of $kind', ({ kind, open, key: column, hoursAgo }) => {
  let store: ReturnType<typeof open>
  let claim: Claim
  beforeAll(async () => {
    const server = { kind, url: process.env[`TEST_SERVER_${kind}`] ?? '' }
    store = open(await freshDatabase(server, 'idempotency_keys'))
    await store.start?.()
  })
  beforeEach(() => {
    claim = aClaim()
  })
  afterAll(() => store.stop?.())

  const ask = (by: Claim, print = fingerprint, leaseMs = minuteMs) => store.keys.claim(by, print, leaseMs)
  const running = { state: 'running', fingerprint }
  const finished = { state: 'finished', fingerprint, answer }

  it('are claimed by one request', async () => {
    expect(await ask(claim)).toEqual({ state: 'claimed' })
    expect(await ask(another(claim))).toEqual(running)
    expect(await ask(another(claim), otherFingerprint)).toEqual(running)
  })

  it('are claimed by one of ten requests at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => ask(another(claim))))

    expect(results.filter(({ state }) => state === 'claimed')).toHaveLength(1)
    expect(results.filter(({ state }) => state === 'running')).toHaveLength(9)
  })

  it('belong to an operation', async () => {
    await ask(claim)
    expect(await ask(aClaim({ operation: 'changeThing', key: claim.key }))).toEqual({ state: 'claimed' })
  })

  it.each([
    ['with a location', answer],
    ['without a location', { status: 200, body: '{}', location: null }],
    ['without a body', { status: 204, body: '', location: null }],
  ])('replay the first answer, %s', async (_what, first) => {
    await ask(claim)
    await store.keys.complete(claim, first)
    await store.keys.complete(claim, { status: 500, body: 'second', location: null })

    expect(await ask(another(claim))).toEqual({ ...finished, answer: first })
    expect(await ask(another(claim), otherFingerprint)).toEqual({ ...finished, answer: first })
  })

  it('are free again after a release', async () => {
    await ask(claim)
    await store.keys.release(claim)
    expect(await ask(another(claim), otherFingerprint)).toEqual({ state: 'claimed' })
  })

  it('are not freed by a release after the answer', async () => {
    await ask(claim)
    await store.keys.complete(claim, answer)
    await store.keys.release(claim)
    expect(await ask(another(claim))).toEqual(finished)
  })

  describe('whose lease has expired', () => {
    beforeEach(async () => {
      await ask(claim, fingerprint, expiredMs)
    })

    it('are taken over by one of ten repetitions of the request', async () => {
      const results = await Promise.all(Array.from({ length: 10 }, () => ask(another(claim))))
      expect(results.filter(({ state }) => state === 'claimed')).toHaveLength(1)
      expect(results.filter(({ state }) => state === 'running')).toHaveLength(9)
    })

    it('are not taken over by a different request', async () => {
      expect(await ask(another(claim), otherFingerprint)).toEqual(running)
      expect(await ask(another(claim))).toEqual({ state: 'claimed' })
    })

    it('are not taken over after the answer', async () => {
      await store.keys.complete(claim, answer)
      expect(await ask(another(claim))).toEqual(finished)
    })

    it('ignore what the first holder does once they are taken over', async () => {
      const second = another(claim)
      await ask(second)

      await store.keys.complete(claim, { status: 500, body: 'late', location: null })
      expect(await ask(another(claim))).toEqual(running)
      await store.keys.release(claim)
      expect(await ask(another(claim))).toEqual(running)
      await store.keys.complete(second, answer)
      expect(await ask(another(claim))).toEqual(finished)
    })

    it('are kept for a day from the takeover on', async () => {
      await store.run(`UPDATE idempotency_keys SET created_at = ${hoursAgo(26)}`)
      const second = another(claim)
      await ask(second)
      await store.keys.complete(second, answer)

      while (await store.keys.deleteExpired());

      expect(await ask(another(claim))).toEqual(finished)
    })
  })

  it('are deleted after 25 hours, 500 at a time', async () => {
    await store.run('DELETE FROM idempotency_keys')
    await store.run(`
      INSERT INTO idempotency_keys (operation, ${column}, fingerprint, owner, lease_until, status, body, created_at)
      WITH RECURSIVE old (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM old WHERE n < 501)
      SELECT 'createThing', CONCAT('old ', n), '', '${randomUUID()}', ${hoursAgo(26)}, 200, '', ${hoursAgo(26)} FROM old`)
    await ask(claim)
    await store.run(
      `UPDATE idempotency_keys SET created_at = ${hoursAgo(24)} WHERE ${column} = '${claim.key}'`,
    )

    expect(await store.keys.deleteExpired()).toBe(true)
    expect(await store.run('SELECT 1 FROM idempotency_keys')).toHaveLength(2)
    expect(await store.keys.deleteExpired()).toBe(false)
    expect(await store.run(`SELECT ${column} AS name FROM idempotency_keys`)).toEqual([{ name: claim.key }])
  })
})
