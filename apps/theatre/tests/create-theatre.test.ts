import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aTheatre, asAdmin, startService } from './start-service.ts'

describe('POST /theatres', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    theatre = await startService('create_theatre')
  })
  afterAll(() => theatre.stop())

  it('adds a theatre, by default open and in UTC', async () => {
    const input = aTheatre()

    const created = await theatre.api.post('/theatres').set(asAdmin).send(input)

    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ ...input, timeZone: 'UTC', available: true })
    expect(created.headers.location).toBe(`/theatres/${String(created.body.id)}`)
    const read = await theatre.api.get(`/theatres/${String(created.body.id)}`)
    expect(read.body).toEqual(created.body)
    expect(theatre.logs.lines).toContainEqual(
      expect.objectContaining({
        message: 'theatre added',
        theatreId: created.body.id,
        requestId: created.headers['x-request-id'],
      }),
    )
    expect(await theatre.metrics()).toMatch(/matinee_theatres_added_total\{service="theatre"\} \d/)
  })

  it('refuses a second theatre with the same name in a city', async () => {
    const input = aTheatre()
    await theatre.api.post('/theatres').set(asAdmin).send(input)

    const second = await theatre.api.post('/theatres').set(asAdmin).send(input)

    expect(second.status).toBe(409)
    expect(second.body).toMatchObject({ type: 'https://matinee.dev/problems/theatre-exists' })
    expect(
      (
        await theatre.api
          .post('/theatres')
          .set(asAdmin)
          .send({ ...input, city: 'Rome' })
      ).status,
    ).toBe(201)
  })

  it('takes names that look the same for the same name', async () => {
    const input = aTheatre({ name: 'Cin\u00e9 Lumi\u00e8re', city: 'Lyon' })
    await theatre.api.post('/theatres').set(asAdmin).send(input)

    for (const name of [' Cine\u0301  Lumi\u00e8re', 'Cin\u00e9\u200b Lumie\u0300re\u2060']) {
      const second = await theatre.api
        .post('/theatres')
        .set(asAdmin)
        .send({ ...input, name, city: 'Lyon\u00a0' })
      expect(second.status).toBe(409)
    }
    expect((await theatre.api.get('/theatres?city=%20Lyon%E2%80%8B')).body.items).toHaveLength(1)
  })

  it('requires the admin token', async () => {
    expect((await theatre.api.post('/theatres').send(aTheatre())).status).toBe(401)
    expect(
      (await theatre.api.post('/theatres').set('Authorization', 'Bearer other').send(aTheatre())).status,
    ).toBe(403)
  })

  it.each([
    ['a field of the wrong type', { name: 5 }, '/name'],
    ['no price', { price: undefined }, '/price'],
    ['a free ticket', { price: { amount: 0, currency: 'EUR' } }, '/price/amount'],
    ['a fractional amount', { price: { amount: 1.5, currency: 'EUR' } }, '/price/amount'],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }, '/timeZone'],
    ['a row beyond Z', { screens: [{ name: 'A', rows: 27, seatsPerRow: 1 }] }, '/screens/0/rows'],
    ['no screen', { screens: [] }, '/screens'],
    [
      'two screens with the same name',
      {
        screens: [
          { name: 'A', rows: 1, seatsPerRow: 1 },
          { name: 'A', rows: 1, seatsPerRow: 1 },
        ],
      },
      '/screens',
    ],
    ['an unknown field', { 'a/b': 1 }, '/a~1b'],
  ])('names what is wrong with %s', async (_what, fields, pointer) => {
    const refused = await theatre.api.post('/theatres').set(asAdmin).send(aTheatre(fields))

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })
})
