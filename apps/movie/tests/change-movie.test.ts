import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aMovie, aTheatre, asAdmin, startService, unknownId } from './start-service.ts'

const showtimes = ['2030-06-02T18:00:00.000Z', '2030-06-01T18:00:00.000Z']

describe('PATCH and DELETE /movies/{id}', () => {
  let movie: Awaited<ReturnType<typeof startService>>
  const roxy = aTheatre()
  const closed = aTheatre({ available: false })
  beforeAll(async () => {
    movie = await startService('change_movie')
    movie.theatre.theatres.push(roxy, closed)
  })
  afterAll(() => movie.stop())

  async function add(fields: object = {}) {
    const added = await movie.api
      .post('/movies')
      .set(asAdmin)
      .send(aMovie({ listings: [{ theatreId: roxy.id, showtimes }], ...fields }))
    return {
      added: added.body,
      path: `/movies/${String(added.body.id)}`,
      tag: added.headers.etag ?? '',
    }
  }

  it('applies a merge patch (RFC 7396), without calling theatre when the listings stay', async () => {
    const { added, path } = await add({ releaseYear: 1999, synopsis: 'Old' })
    const before = movie.theatre.calls.length

    const changed = await movie.api
      .patch(path)
      .set({ ...asAdmin, 'Content-Type': 'application/merge-patch+json' })
      .send({ synopsis: null, genres: ['Comedy'], durationMinutes: 90 })

    expect(changed.status).toBe(200)
    const { synopsis: _synopsis, ...rest } = added as Record<string, unknown>
    expect(changed.body).toEqual({
      ...rest,
      genres: ['Comedy'],
      durationMinutes: 90,
      updatedAt: changed.body.updatedAt,
    })
    expect(changed.body.updatedAt > added.updatedAt).toBe(true)
    expect(movie.theatre.calls.length).toBe(before)
    const read = await movie.api.get(path)
    expect(read.text).toBe(changed.text)
    expect(read.headers.etag).toBe(changed.headers.etag)
    expect(movie.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'movie changed', movieId: added.id }),
    )
    expect(await movie.metrics()).toMatch(/matinee_movies_changed_total\{service="movie"\} [1-9]/)
  })

  it('replaces all listings, checked against theatre', async () => {
    const { path } = await add()
    const plaza = aTheatre()
    movie.theatre.theatres.push(plaza)

    const changed = await movie.api
      .patch(path)
      .set(asAdmin)
      .send({ listings: [{ theatreId: plaza.id, screen: 'Studio', showtimes }] })

    expect(changed.status).toBe(200)
    expect(changed.body.listings).toEqual([
      {
        theatre: { id: plaza.id, name: plaza.name, city: plaza.city },
        screen: 'Studio',
        showtimes: showtimes.toReversed(),
      },
    ])
    expect((await movie.api.patch(path).set(asAdmin).send({ listings: [] })).body.listings).toEqual([])
  })

  it.each([
    ['an unknown theatre', { theatreId: unknownId, showtimes }, 'theatre-not-found', '/listings/0/theatreId'],
    [
      'a closed theatre',
      { theatreId: closed.id, showtimes },
      'theatre-not-available',
      '/listings/0/theatreId',
    ],
    [
      'an unknown screen',
      { theatreId: roxy.id, screen: 'Cellar', showtimes },
      'validation-failed',
      '/listings/0/screen',
    ],
    ['a listing without showtimes', { theatreId: roxy.id }, 'validation-failed', '/listings/0/showtimes'],
  ])('refuses %s and changes nothing', async (_what, listing, problem, pointer) => {
    const { added, path } = await add()

    const refused = await movie.api
      .patch(path)
      .set(asAdmin)
      .send({ title: 'New', listings: [listing] })

    expect(refused.status).toBe(422)
    expect(refused.body.type).toBe(`https://matinee.dev/problems/${problem}`)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
    expect((await movie.api.get(path)).body).toEqual(added)
  })

  it.each([
    ['null for a required field', { title: null }, '/title'],
    ['null for the listings', { listings: null }, '/listings'],
    ['an id', { id: unknownId }, '/id'],
  ])('refuses %s', async (_what, patch, pointer) => {
    const { path } = await add()

    const refused = await movie.api.patch(path).set(asAdmin).send(patch)

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })

  it('refuses the title and year of another movie', async () => {
    const { added } = await add()
    const { path } = await add({ title: added.title, releaseYear: 2000 })

    const refused = await movie.api.patch(path).set(asAdmin).send({ releaseYear: null })

    expect(refused.status).toBe(409)
    expect(refused.body.type).toBe('https://matinee.dev/problems/movie-exists')
  })

  it('honours If-Match before calling theatre', async () => {
    const { path, tag } = await add()
    const ifMatch = { ...asAdmin, 'If-Match': tag }
    const listings = [{ theatreId: roxy.id, showtimes }]

    expect((await movie.api.patch(path).set(ifMatch).send({ certificate: '12' })).status).toBe(200)
    const before = movie.theatre.calls.length
    const late = await movie.api.patch(path).set(ifMatch).send({ certificate: '18', listings })
    const lateDelete = await movie.api.delete(path).set(ifMatch)

    expect([late.status, lateDelete.status]).toEqual([412, 412])
    expect((await movie.api.get(path)).body.certificate).toBe('12')
    expect(movie.theatre.calls.length).toBe(before)
  })

  it('loses no concurrent change', async () => {
    const { path, tag } = await add()
    const ifMatch = { ...asAdmin, 'If-Match': tag }

    const guarded = await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        movie.api
          .patch(path)
          .set(ifMatch)
          .send({ synopsis: String(n) }),
      ),
    )
    await Promise.all([
      movie.api.patch(path).set(asAdmin).send({ certificate: '16' }),
      movie.api.patch(path).set(asAdmin).send({ durationMinutes: 99 }),
      movie.api.patch(path).set(asAdmin).send({ listings: [] }),
    ])

    expect(guarded.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
    expect((await movie.api.get(path)).body).toMatchObject({
      certificate: '16',
      durationMinutes: 99,
      listings: [],
    })
  })

  it('deletes a movie, which frees its title', async () => {
    const { added, path, tag } = await add()

    const deleted = await movie.api.delete(path).set({ ...asAdmin, 'If-Match': tag })

    expect(deleted.status).toBe(204)
    expect(deleted.text).toBe('')
    expect((await movie.api.get(path)).status).toBe(404)
    expect((await movie.api.delete(path).set(asAdmin)).status).toBe(404)
    expect((await movie.api.patch(path).set(asAdmin).send({ title: 'New' })).status).toBe(404)
    expect(
      (
        await movie.api
          .post('/movies')
          .set(asAdmin)
          .send(aMovie({ title: added.title }))
      ).status,
    ).toBe(201)
    expect(movie.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'movie deleted', movieId: added.id }),
    )
    expect(await movie.metrics()).toMatch(/matinee_movies_deleted_total\{service="movie"\} [1-9]/)
  })

  it('requires the admin token, whether or not the movie exists', async () => {
    const other = { Authorization: 'Bearer other' }
    const path = `/movies/${unknownId}`

    expect((await movie.api.patch(path).send({})).status).toBe(401)
    expect((await movie.api.patch(path).set(other).send({})).status).toBe(403)
    expect((await movie.api.delete(path)).status).toBe(401)
    expect((await movie.api.delete(path).set(other)).status).toBe(403)
  })
})
