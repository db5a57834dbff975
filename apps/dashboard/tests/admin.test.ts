import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { answerMovies, answerTheatres, movie, movieId, ok, showtime, theatre, theatreId } from './fakes.ts'
import { adminToken, startDashboard } from './start-dashboard.ts'

describe('admins', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  let written: FakeAnswer
  const writes = () =>
    [...dashboard.fakes.movie.calls, ...dashboard.fakes.theatre.calls].filter(
      ({ method }) => method !== 'GET',
    )
  beforeEach(() => {
    const { movie: movies, theatre: theatres } = dashboard.fakes
    movies.calls.length = 0
    theatres.calls.length = 0
    movies.answer = (call) => (call.method === 'GET' ? answerMovies(call) : written)
    theatres.answer = (call) => (call.method === 'GET' ? answerTheatres(call) : written)
  })

  async function signedIn() {
    const browser = dashboard.browser()
    await browser.get('/admin')
    await browser.submit('/admin/sign-in', { secret: adminToken })
    return browser
  }

  it('sign in with the token, which the cookie does not hold', async () => {
    const browser = await signedIn()

    expect((await browser.get('/admin')).text).toContain('Add a movie')
    const cookie = Buffer.from(browser.cookies.get('matinee') ?? '', 'base64').toString()
    expect(cookie).toContain('"admin"')
    expect(cookie).not.toContain(adminToken)
    expect(await dashboard.metrics()).toMatch(/matinee_admin_sign_ins_total\{service="dashboard"\} [1-9]/)
  })

  it('sign out', async () => {
    const browser = await signedIn()
    await browser.get('/admin')

    await browser.submit('/admin/sign-out')

    expect((await browser.get('/admin')).text).toContain('Admin token')
  })

  it('stay signed in, and can sign in with either token, while the token is rotated', async () => {
    const browser = await signedIn()
    const later = await startDashboard({
      ADMIN_TOKEN: 'another-admin-token',
      ADMIN_TOKEN_PREVIOUS: adminToken,
    })
    try {
      const visitor = later.browser()
      for (const [name, value] of browser.cookies) visitor.cookies.set(name, value)

      expect((await visitor.get('/admin')).text).toContain('Add a movie')
      for (const secret of [adminToken, 'another-admin-token']) {
        const other = later.browser()
        await other.get('/admin')
        expect((await other.submit('/admin/sign-in', { secret })).status).toBe(303)
        expect((await other.get('/admin')).text).toContain('Add a movie')
      }
    } finally {
      await later.stop()
    }
  })

  it('are signed out when the token changes', async () => {
    const browser = await signedIn()
    const later = await startDashboard({ ADMIN_TOKEN: 'another-admin-token' })
    try {
      const visitor = later.browser()
      for (const [name, value] of browser.cookies) visitor.cookies.set(name, value)

      expect((await visitor.get('/admin')).text).toContain('Admin token')
    } finally {
      await later.stop()
    }
  })

  it('are the only ones to reach the admin pages', async () => {
    const browser = dashboard.browser()
    await browser.get('/admin')
    const [, token = ''] = /name="token" value="([^"]*)"/.exec((await browser.get('/admin')).text) ?? []

    for (const path of ['/admin/movies/new', `/admin/movies/${movieId}`, `/admin/theatres/${theatreId}`])
      expect((await browser.get(path)).location).toBe('/admin')
    expect((await browser.post(`/admin/movies/${movieId}/delete`, [['token', token]])).status).toBe(401)
    expect(writes()).toEqual([])
  })

  it('add a movie at every open theatre, or where they say', async () => {
    written = ok(movie, 201)
    const browser = await signedIn()
    await browser.get('/admin/movies/new')
    const fields = { title: 'Stalker', durationMinutes: '162', genres: 'Drama, Sci-fi', releaseYear: '1979' }

    expect((await browser.submit('/admin/movies', fields)).location).toBe('/admin')
    await browser.get('/admin/movies/new')
    await browser.submit('/admin/movies', {
      ...fields,
      everywhere: [],
      theatreId: [theatreId, ''],
      screen: ['', ''],
      showtimes: [`${showtime}\n2030-01-01T18:00Z`, ''],
    })

    const known = { title: 'Stalker', durationMinutes: 162, genres: ['Drama', 'Sci-fi'], releaseYear: 1979 }
    expect(writes().map(({ body }) => body)).toEqual([
      known,
      { ...known, listings: [{ theatreId, showtimes: [showtime, '2030-01-01T18:00:00.000Z'] }] },
    ])
    expect(writes()[0]?.headers.authorization).toBe(`Bearer ${adminToken}`)
  })

  it('edit a movie, and fields left empty are removed', async () => {
    written = ok(movie)
    const browser = await signedIn()
    await browser.get(`/admin/movies/${movieId}`)

    const sent = await browser.submit(`/admin/movies/${movieId}`, { title: 'Solyaris' })

    expect(sent.location).toBe('/admin')
    const patch = {
      title: 'Solyaris',
      durationMinutes: 166,
      genres: ['Drama'],
      synopsis: null,
      certificate: null,
      releaseYear: null,
      posterUrl: null,
    }
    // Unchanged listings are left out, so that theatre need not check them again.
    expect(writes()).toMatchObject([{ method: 'PATCH', path: `/movies/${movieId}` }])
    expect(writes()[0]?.body).toEqual(patch)

    await browser.get(`/admin/movies/${movieId}`)
    await browser.submit(`/admin/movies/${movieId}`, {
      title: 'Solyaris',
      showtimes: ['2030-01-01T18:00Z', '', ''],
    })
    expect(writes()[1]?.body).toEqual({
      ...patch,
      listings: [{ theatreId, screen: 'Main', showtimes: ['2030-01-01T18:00:00.000Z'] }],
    })
  })

  it.each([
    [{ title: '' }, 'id="title-error"'],
    [{ durationMinutes: 'long' }, 'id="durationMinutes-error"'],
    [{ posterUrl: 'https://evil.example/x.png' }, 'id="posterUrl-error"'],
    [{ showtimes: ['soon', '', ''] }, 'Listing 1: '],
  ])('see next to the field what is wrong with %j', async (fields, text) => {
    const browser = await signedIn()
    await browser.get(`/admin/movies/${movieId}`)

    const sent = await browser.submit(`/admin/movies/${movieId}`, fields)

    expect(sent.status).toBe(422)
    expect(sent.text).toContain('Nothing was saved.')
    expect(sent.text).toContain(text)
    expect(writes()).toEqual([])
  })

  it('see what the service refuses', async () => {
    written = problemAnswer(409, 'movie-exists', { detail: 'This one is there.' })
    const browser = await signedIn()
    await browser.get('/admin/movies/new')

    const sent = await browser.submit('/admin/movies', { title: 'Solaris', durationMinutes: '166' })

    expect(sent.status).toBe(409)
    expect(sent.text).toContain('This one is there.')
    expect(sent.text).toContain('value="Solaris"')
  })

  it('delete a movie and a theatre', async () => {
    written = { status: 204, text: '' }
    const browser = await signedIn()

    await browser.get('/admin')
    await browser.submit(`/admin/movies/${movieId}/delete`)
    await browser.get('/admin')
    await browser.submit(`/admin/theatres/${theatreId}/delete`)

    expect(writes().map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE /movies/${movieId}`,
      `DELETE /theatres/${theatreId}`,
    ])
  })

  it('add and change a theatre', async () => {
    written = ok(theatre, 201)
    const browser = await signedIn()
    await browser.get('/admin/theatres/new')
    await browser.submit('/admin/theatres', {
      name: 'Odeon',
      city: 'Rome',
      amount: '900',
      screens: 'One, 5 x 8\nTwo  and a  half 3x4',
    })
    written = ok(theatre)
    await browser.get(`/admin/theatres/${theatreId}`)
    await browser.submit(`/admin/theatres/${theatreId}`, { address: 'Main Street 1' })

    const { id: _id, createdAt: _created, updatedAt: _updated, ...fields } = theatre
    expect(writes().map(({ body }) => body)).toEqual([
      {
        name: 'Odeon',
        city: 'Rome',
        timeZone: 'UTC',
        available: true,
        price: { amount: 900, currency: 'EUR' },
        screens: [
          { name: 'One', rows: 5, seatsPerRow: 8 },
          { name: 'Two and a half', rows: 3, seatsPerRow: 4 },
        ],
      },
      { ...fields, address: 'Main Street 1' },
    ])
  })

  it('see the errors of a theatre next to their fields', async () => {
    const browser = await signedIn()
    await browser.get(`/admin/theatres/${theatreId}`)

    const sent = await browser.submit(`/admin/theatres/${theatreId}`, {
      amount: '1.5',
      timeZone: 'Mars/X',
      screens: 'Main',
    })

    expect(sent.status).toBe(422)
    for (const name of ['amount', 'timeZone', 'screens']) expect(sent.text).toContain(`id="${name}-error"`)
  })

  it.each([
    ['spaces', `x${' '.repeat(90_000)}y`],
    ['digits', `x ${'1'.repeat(90_000)}y`],
    ['commas and spaces', `${', '.repeat(22_000)}y`],
    ['plans in one line', `${' 1 x 1'.repeat(15_000)}y`],
  ])('get an answer at once to screens of 90 kB of %s', async (_what, screens) => {
    const browser = await signedIn()
    await browser.get('/admin/theatres/new')
    const started = performance.now()

    const { status } = await browser.submit('/admin/theatres', { name: 'A', city: 'B', amount: '1', screens })

    expect(status).toBe(422)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('close and open a theatre', async () => {
    written = ok({ ...theatre, available: false })
    const browser = await signedIn()
    await browser.get('/admin')

    await browser.submit(`/admin/theatres/${theatreId}/availability`)

    expect(writes()[0]).toMatchObject({ method: 'PATCH', body: { available: false } })
  })
})

describe('wrong admin tokens', () => {
  it('are refused, and rate-limited after ten in a minute', async () => {
    const dashboard = await startDashboard()
    const browser = dashboard.browser()
    await browser.get('/admin')

    const statuses = []
    for (let tries = 0; tries < 11; tries += 1)
      statuses.push((await browser.submit('/admin/sign-in', { secret: 'wrong' })).status)

    expect(statuses).toEqual([...Array<number>(10).fill(403), 429])
    expect((await browser.get('/admin')).text).toContain('Admin token')
    expect(dashboard.logs.lines).toContainEqual(expect.objectContaining({ message: 'admin sign-in failed' }))
    await dashboard.stop()
  })
})
