import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { answerBookings, answerMovies, answerTheatres, movie, movieId, ok } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

describe('the movies', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())
  beforeEach(() => {
    dashboard.fakes.movie.answer = answerMovies
    dashboard.fakes.theatre.answer = answerTheatres
    dashboard.fakes.booking.answer = answerBookings
  })

  it('are listed, each with its cities', async () => {
    const shown = await dashboard.browser().get('/')

    expect(shown.status).toBe(200)
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(shown.text).toContain(`href="/movies/${movieId}"`)
    expect(shown.text).toContain('Solaris')
    expect(shown.text).toContain('Tokyo')
    expect(shown.text).toContain('2 h 46 min')
  })

  it('are searched by the filled-in fields, page by page', async () => {
    dashboard.fakes.movie.answer = () => ok({ items: [movie], next: 'AAAAAAAAAAAAAAAA' })

    const shown = await dashboard.browser().get('/?q=sol&genre=&city=Tokyo')

    expect(dashboard.fakes.movie.calls.at(-1)?.query).toEqual({ q: 'sol', city: 'Tokyo' })
    expect(shown.text).toContain('href="/?q=sol&amp;city=Tokyo&amp;after=AAAAAAAAAAAAAAAA"')
    await dashboard.browser().get('/?after=AAAAAAAAAAAAAAAA')
    expect(dashboard.fakes.movie.calls.at(-1)?.query).toMatchObject({ after: 'AAAAAAAAAAAAAAAA' })
  })

  it('cannot put markup into a page', async () => {
    const title = `<script>alert("1")</script>`
    dashboard.fakes.movie.answer = ({ path }) =>
      path === '/movies' ? ok({ items: [{ ...movie, title }], next: null }) : ok({ ...movie, title })
    const search = encodeURIComponent(`"><script>x</script>`)

    for (const path of [`/?q=${search}`, `/movies/${movieId}`]) {
      const shown = await dashboard.browser().get(path)
      expect(shown.text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')
      expect(shown.text).not.toMatch(/<script>/)
    }
  })

  it('have showtimes in the time zone of the theatre, with their free seats', async () => {
    const shown = await dashboard.browser().get(`/movies/${movieId}`)

    expect(shown.status).toBe(200)
    expect(shown.text).toContain('<b>21:00</b> <span>6 free</span>')
    expect(shown.text).toContain('€12.00 a seat')
    expect(shown.text).toContain('Asia/Tokyo')
  })

  it('still have showtimes while booking is down', async () => {
    dashboard.fakes.booking.answer = () => problemAnswer(503, 'store-unavailable')

    const shown = await dashboard.browser().get(`/movies/${movieId}`)

    expect(shown.status).toBe(200)
    expect(shown.text).toContain('<b>21:00</b>')
    expect(shown.text).toContain('How many seats are free is not known')
  })

  it('answer 404 when there is no such movie', async () => {
    const shown = await dashboard.browser().get('/movies/64b7f0c2a1d3e4f5a6b7c8ff')

    expect(shown.status).toBe(404)
    expect(shown.text).toContain('This page is not here')
    expect(shown.text).toContain('nothing was charged')
  })

  it('say when the service is down, as a page or as JSON', async () => {
    dashboard.fakes.movie.answer = () => 'reset'

    const page = await dashboard.browser().get('/')
    const json = await dashboard.browser().get('/', { Accept: 'application/json' })

    expect(page.status).toBe(503)
    expect(page.headers.get('retry-after')).toBe('1')
    expect(page.text).toContain('The movie service cannot be reached')
    expect(json.headers.get('content-type')).toMatch('application/problem+json')
    expect(JSON.parse(json.text)).toMatchObject({
      type: 'https://matinee.dev/problems/dependency-unavailable',
    })
  })
})
