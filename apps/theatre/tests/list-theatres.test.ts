import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Theatre } from '@matinee/contracts/theatre'
import { aTheatre, asAdmin, startService } from './start-service.ts'

describe('GET /theatres', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  const created: Theatre[] = []
  beforeAll(async () => {
    theatre = await startService('list_theatres')
    for (const fields of [
      {},
      { city: 'Rome' },
      { available: false },
      { city: 'Rome', available: false },
      { city: 'Rome' },
    ]) {
      created.push((await theatre.api.post('/theatres').set(asAdmin).send(aTheatre(fields))).body as Theatre)
    }
  })
  afterAll(() => theatre.stop())

  it('lists all theatres in the order they were added', async () => {
    const listed = await theatre.api.get('/theatres')

    expect(listed.status).toBe(200)
    expect(listed.body).toEqual({ items: created, next: null })
  })

  it.each([
    ['?city=Rome', [1, 3, 4]],
    ['?available=true', [0, 1, 4]],
    ['?available=false', [2, 3]],
    ['?city=Rome&available=true', [1, 4]],
    ['?city=Paris', []],
  ])('filters by %s', async (query, expected) => {
    const listed = await theatre.api.get(`/theatres${query}`)

    expect(listed.body.items).toEqual(expected.map((index) => created[index]))
  })

  it('lists each theatre on exactly one page, even when one is added between two pages', async () => {
    const first = await theatre.api.get('/theatres?limit=2')
    const added = await theatre.api.post('/theatres').set(asAdmin).send(aTheatre())
    const second = await theatre.api.get(`/theatres?limit=2&after=${String(first.body.next)}`)
    const third = await theatre.api.get(`/theatres?limit=2&after=${String(second.body.next)}`)

    const items = [first, second, third].flatMap(({ body }) => body.items as Theatre[])
    expect(items).toEqual([...created, added.body])
    expect(third.body.next).toBeNull()
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'after=x', 'available=yes', 'city='])(
    'refuses ?%s',
    async (query) => {
      const refused = await theatre.api.get(`/theatres?${query}`)

      expect(refused.status).toBe(400)
      expect(refused.body.type).toBe('https://matinee.dev/problems/invalid-parameter')
      expect(refused.body.errors[0].pointer).toBe(`/${String(query.split('=')[0])}`)
    },
  )
})
