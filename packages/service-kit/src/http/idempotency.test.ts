import { describe, expect, it } from '@jest/globals'
import { fingerprint, once, readIdempotencyKey } from './idempotency.ts'
import type { Claim, ClaimResult, IdempotencyStore, KeyedWork, StoredAnswer } from './idempotency.ts'

describe('readIdempotencyKey', () => {
  it.each([
    ['bare', 'abc-123', 'abc-123'],
    ['quoted', '"abc-123"', 'abc-123'],
    ['with an escaped quote', String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['of 255 characters', 'k'.repeat(255), 'k'.repeat(255)],
    ['of 255 characters, quoted', `"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ])('reads one that is %s', (_what, header, key) => {
    expect(readIdempotencyKey(header)).toBe(key)
  })

  it.each([undefined, ''])('requires a value: %j', (header) => {
    expect(() => readIdempotencyKey(header)).toThrow(
      expect.objectContaining({ problem: 'idempotency-key-missing' }),
    )
  })

  it.each(['""', '"a', '"a"b"', 'a b', '"a b"', 'schlüssel', 'k'.repeat(256)])('refuses %j', (header) => {
    expect(() => readIdempotencyKey(header)).toThrow(
      expect.objectContaining({ problem: 'idempotency-key-malformed' }),
    )
  })
})

describe('fingerprint', () => {
  const of = (body: unknown, secret?: string) => fingerprint('POST', '/things', body, secret)

  it('depends on the JSON value only', () => {
    expect(of({ a: 1, b: { c: [1, 2], d: null } })).toBe(of({ b: { d: null, c: [1, 2] }, a: 1.0 }))
    expect(of(undefined)).toBe(of({}))
  })

  it.each([
    ['the order of a list', [1, 2], [2, 1]],
    ['a number from its text', { a: 1 }, { a: '1' }],
    ['null from nothing', { a: null }, {}],
    ['a level from another', { a: { b: 1 } }, { a: {}, b: 1 }],
  ])('tells %s', (_what, one, other) => {
    expect(of(one)).not.toBe(of(other))
  })

  it('distinguishes methods, paths and secrets', () => {
    expect(fingerprint('POST', '/a', {})).not.toBe(fingerprint('POST', '/b', {}))
    expect(fingerprint('POST', '/a', {})).not.toBe(fingerprint('PUT', '/a', {}))
    expect(of({}, 'one secret')).not.toBe(of({}, 'another secret'))
    expect(of({}, 'one secret')).not.toBe(of({}))
  })
})

/** A store in memory. */
function memoryStore(): IdempotencyStore {
  const kept = new Map<string, { owner: string; fingerprint: string; answer?: StoredAnswer }>()
  const id = ({ operation, key }: Claim) => `${operation} ${key}`
  return {
    claim(claim, fingerprint): Promise<ClaimResult> {
      const found = kept.get(id(claim))
      if (found) {
        const { answer } = found
        return Promise.resolve(
          answer
            ? { state: 'finished', fingerprint: found.fingerprint, answer }
            : { state: 'running', fingerprint: found.fingerprint },
        )
      }
      kept.set(id(claim), { owner: claim.owner, fingerprint })
      return Promise.resolve({ state: 'claimed' })
    },
    complete(claim, answer) {
      const found = kept.get(id(claim))
      if (found?.owner === claim.owner) found.answer = answer
      return Promise.resolve()
    },
    release(claim) {
      if (kept.get(id(claim))?.owner === claim.owner) kept.delete(id(claim))
      return Promise.resolve()
    },
  }
}

describe('once', () => {
  let done = 0
  function aWork(fields: Partial<KeyedWork> = {}): KeyedWork {
    return {
      operation: 'createThing',
      key: 'k',
      fingerprint: 'f',
      leaseMs: 1_000,
      render: (body) => ({ status: 201, body: JSON.stringify(body), location: '/things/1' }),
      work: () => Promise.resolve({ id: ++done }),
      keptFailure: () => undefined,
      ...fields,
    }
  }

  it('does the work once and replays the first answer', async () => {
    const store = memoryStore()

    const first = await once(store, aWork())
    const second = await once(store, aWork())

    expect(second).toEqual({ ...first, replayed: true })
    expect(first.replayed).toBe(false)
    expect((await once(store, aWork({ operation: 'another' }))).body).not.toBe(first.body)
  })

  it('refuses a different request under the key, and the same one while it is in progress', async () => {
    const store = memoryStore()
    const { promise, resolve } = Promise.withResolvers<object>()
    const running = once(store, aWork({ work: () => promise }))

    await expect(once(store, aWork({ fingerprint: 'g' }))).rejects.toMatchObject({
      problem: 'idempotency-key-reused',
    })
    await expect(once(store, aWork())).rejects.toMatchObject({ problem: 'idempotency-key-in-use' })
    resolve({ id: 'late' })

    expect((await running).body).toBe('{"id":"late"}')
    expect(await once(store, aWork())).toMatchObject({ body: '{"id":"late"}', replayed: true })
  })

  it('releases the key after a failure, unless the failure is kept', async () => {
    const store = memoryStore()
    const fails = () => Promise.reject(new Error('broken'))
    const kept = { status: 402, body: '{}', location: null }

    await expect(once(store, aWork({ work: fails }))).rejects.toThrow('broken')
    expect(await once(store, aWork({ work: fails, keptFailure: () => kept }))).toEqual({
      ...kept,
      replayed: false,
    })
    expect(await once(store, aWork())).toEqual({ ...kept, replayed: true })
  })
})
