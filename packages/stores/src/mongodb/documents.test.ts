import { describe, expect, it } from '@jest/globals'
import { batchReads } from './documents.ts'

describe('batchReads', () => {
  it('answers the queries of one turn together, equal ones once', async () => {
    const batches: string[][] = []
    const read = batchReads((keys: string[]) => {
      batches.push(keys)
      return keys.map((key) => Promise.resolve(key.toUpperCase()))
    })

    expect(await Promise.all([read('a'), read('b'), read('a')])).toEqual(['A', 'B', 'A'])
    expect(batches).toEqual([['a', 'b']])
  })

  it('does not answer a query from a batch that was sent before it', async () => {
    let stored = 'old'
    const first = Promise.withResolvers<undefined>()
    let pending: Promise<undefined> = first.promise
    const sent = Promise.withResolvers<undefined>()
    const read = batchReads((keys: string[]) => {
      const snapshot = stored
      sent.resolve(undefined)
      return keys.map(() => pending.then(() => snapshot))
    })

    const before = read('a')
    await sent.promise
    stored = 'new'
    pending = Promise.resolve(undefined)
    const after = read('a')

    expect(await after).toBe('new')
    first.resolve(undefined)
    expect(await before).toBe('old')
  })

  it('fails only the queries that fail, and no later one', async () => {
    let isDown = true
    const read = batchReads((keys: string[]) =>
      keys.map((key) => (isDown && key === 'a' ? Promise.reject(new Error('down')) : Promise.resolve(key))),
    )

    const results = await Promise.allSettled([read('a'), read('b'), read('a')])
    isDown = false

    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
    expect(await read('a')).toBe('a')
  })
})
