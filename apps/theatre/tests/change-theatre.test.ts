import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aTheatre, asAdmin, startService, unknownId } from './start-service.ts'

describe('PATCH and DELETE /theatres/{id}', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    theatre = await startService('change_theatre')
  })
  afterAll(() => theatre.stop())

  async function add(fields: object = {}) {
    const created = await theatre.api.post('/theatres').set(asAdmin).send(aTheatre(fields))
    return {
      created: created.body,
      path: `/theatres/${String(created.body.id)}`,
      tag: created.headers.etag ?? '',
    }
  }

  it('closes a theatre and changes nothing else', async () => {
    const { created, path } = await add()

    const closed = await theatre.api.patch(path).set(asAdmin).send({ available: false })

    expect(closed.status).toBe(200)
    expect(closed.body).toEqual({ ...created, available: false, updatedAt: closed.body.updatedAt })
    expect(closed.body.updatedAt > created.updatedAt).toBe(true)
    const read = await theatre.api.get(path)
    expect(read.text).toBe(closed.text)
    expect(read.headers.etag).toBe(closed.headers.etag)
    expect(theatre.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'theatre changed', theatreId: created.id, available: false }),
    )
    expect(await theatre.metrics()).toMatch(/matinee_theatres_changed_total\{service="theatre"\} [1-9]/)
  })

  it('applies a merge patch (RFC 7396): merges objects, replaces lists, removes on null', async () => {
    const { path } = await add({ address: 'Main Street 1' })
    const screens = [{ name: 'New', rows: 1, seatsPerRow: 1 }]

    const changed = await theatre.api
      .patch(path)
      .set({ ...asAdmin, 'Content-Type': 'application/merge-patch+json' })
      .send({ address: null, price: { amount: 900 }, screens })

    expect(changed.status).toBe(200)
    expect(changed.body).not.toHaveProperty('address')
    expect(changed.body).toMatchObject({ price: { amount: 900, currency: 'EUR' }, screens })
    expect((await theatre.api.get(path)).body).toEqual(changed.body)
  })

  it.each([
    ['null for a required field', { name: null }, '/name'],
    ['an id', { id: unknownId }, '/id'],
    ['an empty list of screens', { screens: [] }, '/screens'],
    ['a price of zero', { price: { amount: 0 } }, '/price/amount'],
  ])('refuses %s', async (_what, patch, pointer) => {
    const { created, path } = await add()

    const refused = await theatre.api.patch(path).set(asAdmin).send(patch)

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
    expect((await theatre.api.get(path)).body).toEqual(created)
  })

  it('refuses the name of another theatre in the same city', async () => {
    const { created } = await add()
    const { path } = await add()

    const refused = await theatre.api.patch(path).set(asAdmin).send({ name: created.name })

    expect(refused.status).toBe(409)
    expect(refused.body.type).toBe('https://matinee.dev/problems/theatre-exists')
  })

  it('honours If-Match', async () => {
    const { path, tag } = await add()
    const ifMatch = { ...asAdmin, 'If-Match': tag }

    expect((await theatre.api.patch(path).set(ifMatch).send({ name: 'First change' })).status).toBe(200)
    const late = await theatre.api.patch(path).set(ifMatch).send({ name: 'Late change' })
    const lateDelete = await theatre.api.delete(path).set(ifMatch)

    expect([late.status, lateDelete.status]).toEqual([412, 412])
    expect((await theatre.api.get(path)).body.name).toBe('First change')
    expect(
      (
        await theatre.api
          .patch(path)
          .set({ ...asAdmin, 'If-Match': `"other", *` })
          .send({})
      ).status,
    ).toBe(412)
    expect(
      (
        await theatre.api
          .patch(path)
          .set({ ...asAdmin, 'If-Match': '*' })
          .send({})
      ).status,
    ).toBe(200)
  })

  it('accepts one of several concurrent changes with the same If-Match, and loses none without it', async () => {
    const { path, tag } = await add({ address: 'A' })
    const ifMatch = { ...asAdmin, 'If-Match': tag }

    const guarded = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        theatre.api
          .patch(path)
          .set(ifMatch)
          .send({ address: `B ${String(n)}` }),
      ),
    )
    await Promise.all([
      theatre.api.patch(path).set(asAdmin).send({ name: 'Together' }),
      theatre.api
        .patch(path)
        .set(asAdmin)
        .send({ price: { amount: 700 } }),
      theatre.api.patch(path).set(asAdmin).send({ available: false }),
    ])

    expect(guarded.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
    expect((await theatre.api.get(path)).body).toMatchObject({
      name: 'Together',
      price: { amount: 700 },
      available: false,
    })
  })

  it('deletes a theatre', async () => {
    const { created, path, tag } = await add()

    const deleted = await theatre.api.delete(path).set({ ...asAdmin, 'If-Match': tag })

    expect(deleted.status).toBe(204)
    expect(deleted.text).toBe('')
    expect((await theatre.api.get(path)).status).toBe(404)
    expect((await theatre.api.delete(path).set(asAdmin)).status).toBe(404)
    expect((await theatre.api.patch(path).set(asAdmin).send({ available: true })).status).toBe(404)
    expect(theatre.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'theatre deleted', theatreId: created.id }),
    )
    expect(await theatre.metrics()).toMatch(/matinee_theatres_deleted_total\{service="theatre"\} [1-9]/)
  })

  it('requires the admin token, whether or not the theatre exists', async () => {
    const other = { Authorization: 'Bearer other' }
    const path = `/theatres/${unknownId}`

    expect((await theatre.api.patch(path).send({})).status).toBe(401)
    expect((await theatre.api.patch(path).set(other).send({})).status).toBe(403)
    expect((await theatre.api.delete(path)).status).toBe(401)
    expect((await theatre.api.delete(path).set(other)).status).toBe(403)
  })
})
