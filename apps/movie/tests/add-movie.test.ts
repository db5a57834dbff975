import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aMovie, aTheatre, asAdmin, startService, unknownId } from './start-service.ts'

const showtimes = ['2030-06-02T18:00:00.000Z', '2030-06-01T18:00:00.000Z']

describe('POST /movies', () => {
  let movie: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    movie = await startService('add_movie', { now: () => new Date('2026-10-20T22:30:00Z') })
  })
  afterAll(() => movie.stop())

  it('adds a movie with the given listings, its showtimes sorted', async () => {
    const roxy = aTheatre()
    movie.theatre.theatres.push(roxy)
    const input = aMovie({
      synopsis: 'Two lines,\nno less',
      certificate: '12',
      releaseYear: 1999,
      posterUrl: '/posters/a.svg',
      listings: [{ theatreId: roxy.id, screen: 'Studio', showtimes }],
    })

    const added = await movie.api.post('/movies').set(asAdmin).send(input)

    expect(added.status).toBe(201)
    expect(added.body).toEqual({
      ...input,
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      listings: [
        {
          theatre: { id: roxy.id, name: roxy.name, city: roxy.city },
          screen: 'Studio',
          showtimes: showtimes.toReversed(),
        },
      ],
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
    expect(added.headers.location).toBe(`/movies/${String(added.body.id)}`)
    const read = await movie.api.get(`/movies/${String(added.body.id)}`)
    expect(read.text).toBe(added.text)
    expect(read.headers.etag).toBe(added.headers.etag)
    expect(movie.logs.lines).toContainEqual(
      expect.objectContaining({
        message: 'movie added',
        movieId: added.body.id,
        requestId: added.headers['x-request-id'],
      }),
    )
    expect(await movie.metrics()).toMatch(/matinee_movies_added_total\{service="movie"\} [1-9]/)
  })

  it("takes the theatre's first screen when none is named", async () => {
    const roxy = aTheatre()
    movie.theatre.theatres.push(roxy)

    const added = await movie.api
      .post('/movies')
      .set(asAdmin)
      .send(aMovie({ listings: [{ theatreId: roxy.id, showtimes }] }))

    expect(added.body.listings[0].screen).toBe('Main')
  })

  it('passes its request id and trace id on to the theatre service', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const before = movie.theatre.calls.length

    const added = await movie.api
      .post('/movies')
      .set({
        ...asAdmin,
        'X-Request-Id': 'req-1',
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      })
      .send(aMovie({ listings: undefined }))

    expect(added.headers['x-request-id']).toBe('req-1')
    const calls = movie.theatre.calls.slice(before)
    expect(calls.length).toBeGreaterThan(0)
    for (const { headers } of calls) {
      expect(headers['x-request-id']).toBe('req-1')
      expect(headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-`))
      expect(Number(headers['x-deadline-ms'])).toBeLessThanOrEqual(1500)
    }
  })

  it('lists a movie without listings at every available theatre, reading all pages', async () => {
    const open = [
      aTheatre({ timeZone: 'Europe/Berlin' }),
      aTheatre({ timeZone: 'America/New_York' }),
      aTheatre(),
    ]
    movie.theatre.theatres.splice(0, Infinity, aTheatre({ available: false }), ...open)

    const added = await movie.api
      .post('/movies')
      .set(asAdmin)
      .send(aMovie({ listings: undefined }))

    expect(added.status).toBe(201)
    const listed = added.body.listings as { theatre: { id: string }; screen: string; showtimes: string[] }[]
    expect(listed.map(({ theatre }) => theatre.id)).toEqual(open.map(({ id }) => id))
    expect(listed.map(({ screen }) => screen)).toEqual(['Main', 'Main', 'Main'])
    expect(listed.map((listing) => listing.showtimes.length)).toEqual([14, 14, 14])
    // In Berlin it is already the 21st, and daylight saving time ends on the 25th; in New York it is the 20th.
    expect(listed[0]?.showtimes.filter((_time, index) => [0, 1, 6, 7, 13].includes(index))).toEqual([
      '2026-10-22T16:00:00.000Z',
      '2026-10-22T19:00:00.000Z',
      '2026-10-25T17:00:00.000Z',
      '2026-10-25T20:00:00.000Z',
      '2026-10-28T20:00:00.000Z',
    ])
    expect(listed[1]?.showtimes[0]).toBe('2026-10-21T22:00:00.000Z')
  })

  it('accepts a movie without any listing', async () => {
    const before = movie.theatre.calls.length

    const added = await movie.api
      .post('/movies')
      .set(asAdmin)
      .send(aMovie({ genres: undefined, listings: [] }))

    expect(added.status).toBe(201)
    expect(added.body).toMatchObject({ genres: [], listings: [] })
    expect(movie.theatre.calls.length).toBe(before)
  })

  it('stores a title as it looks, and takes titles that look the same for the same title', async () => {
    const input = aMovie({ title: 'Am\u00e9lie', releaseYear: 2001 })
    const first = await movie.api
      .post('/movies')
      .set(asAdmin)
      .send({ ...input, title: ' Ame\u0301\u200blie ' })

    const second = await movie.api.post('/movies').set(asAdmin).send(input)

    expect(first.body.title).toBe('Am\u00e9lie')
    expect(second.status).toBe(409)
  })

  it.each([
    ['with a year', 1960],
    ['without a year', undefined],
  ])('refuses a second movie with the same title %s', async (_what, releaseYear) => {
    const input = aMovie({ releaseYear })
    await movie.api.post('/movies').set(asAdmin).send(input)

    const second = await movie.api.post('/movies').set(asAdmin).send(input)

    expect(second.status).toBe(409)
    expect(second.body.type).toBe('https://matinee.dev/problems/movie-exists')
    expect(
      (
        await movie.api
          .post('/movies')
          .set(asAdmin)
          .send({ ...input, releaseYear: 1961 })
      ).status,
    ).toBe(201)
  })

  it('adds only one of several concurrent duplicates', async () => {
    const input = aMovie()

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => movie.api.post('/movies').set(asAdmin).send(input)),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)])
  })

  it.each([
    ['an unknown theatre', {}, { theatreId: unknownId }, 'theatre-not-found', '/listings/1/theatreId'],
    ['a closed theatre', { available: false }, {}, 'theatre-not-available', '/listings/1/theatreId'],
    ['an unknown screen', {}, { screen: 'Cellar' }, 'validation-failed', '/listings/1/screen'],
  ])('refuses %s and stores nothing', async (_what, theatreFields, listingFields, problem, pointer) => {
    const [good, bad] = [aTheatre(), aTheatre(theatreFields)]
    movie.theatre.theatres.push(good, bad)
    const input = aMovie({
      listings: [
        { theatreId: good.id, showtimes },
        { theatreId: bad.id, showtimes, ...listingFields },
      ],
    })

    const refused = await movie.api.post('/movies').set(asAdmin).send(input)

    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      type: `https://matinee.dev/problems/${problem}`,
      errors: [{ pointer, detail: expect.any(String) }],
    })
    expect((await movie.api.get(`/movies?q=${encodeURIComponent(input.title)}`)).body.items).toEqual([])
  })

  it('requires the admin token', async () => {
    expect((await movie.api.post('/movies').send(aMovie())).status).toBe(401)
    expect((await movie.api.post('/movies').set('Authorization', 'Bearer other').send(aMovie())).status).toBe(
      403,
    )
  })

  const listing = { theatreId: unknownId, showtimes }
  it.each([
    ['no title', { title: undefined }, '/title'],
    ['a blank title', { title: ' ' }, '/title'],
    ['a duration of zero', { durationMinutes: 0 }, '/durationMinutes'],
    ['a year before the first film', { releaseYear: 1700 }, '/releaseYear'],
    ['a poster on another host', { posterUrl: 'https://example.org/a.png' }, '/posterUrl'],
    ['a poster on another host, without a scheme', { posterUrl: '//example.org/a.png' }, '/posterUrl'],
    ['a duplicate genre', { genres: ['Drama', 'Drama'] }, '/genres'],
    ['two listings at one theatre', { listings: [listing, listing] }, '/listings'],
    ['a listing without showtimes', { listings: [{ ...listing, showtimes: [] }] }, '/listings/0/showtimes'],
    [
      'one showtime in two notations',
      { listings: [{ ...listing, showtimes: ['2030-01-01T18:00:00Z', '2030-01-01T18:00:00.000Z'] }] },
      '/listings/0/showtimes',
    ],
    ['an invalid time', { listings: [{ ...listing, showtimes: ['tomorrow'] }] }, '/listings/0/showtimes/0'],
    ['an unknown field', { titel: 'A' }, '/titel'],
  ])('names what is wrong with %s', async (_what, fields, pointer) => {
    const refused = await movie.api.post('/movies').set(asAdmin).send(aMovie(fields))

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })
})
