import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { movieId, ok, showtime, theatreId } from './fakes.ts'
import { adminToken, startDashboard } from './start-dashboard.ts'

describe('the system', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  function row(page: string, name: string): string {
    return /.*/.exec(page.split(`<th scope="row">${name}</th>`)[1]?.split('</tr>')[0] ?? '')?.[0] ?? ''
  }

  it('shows everybody which services and stores are up', async () => {
    const { text } = await dashboard.browser().get('/system')

    for (const name of ['movie', 'theatre', 'booking', 'payment'])
      expect(row(text, name)).toMatch(/>up<.*>up</)
    expect(row(text, 'payment')).toContain('MySQL')
    expect(text).not.toContain('Breaker')
  })

  it('distinguishes a store that is down from a service that is down', async () => {
    const { movie, payment } = dashboard.fakes
    const answerMovie = movie.answer
    movie.answer = (call) =>
      call.path === '/readyz' ? ok({ status: 'up' }) : problemAnswer(503, 'store-unavailable')
    payment.answer = () => 'reset'

    await eventually(async () => {
      const { text } = await dashboard.browser().get('/system')

      expect(row(text, 'movie')).toMatch(/>up<.*>down</)
      expect(row(text, 'payment')).toMatch(/>down<.*>not known</)
    })
    movie.answer = answerMovie
  })

  it('asks the services once a second, however many visitors ask', async () => {
    const { theatre } = dashboard.fakes
    await dashboard.browser().get('/system')
    const before = theatre.calls.length
    const started = performance.now()

    // The first 50 ask for the state at the same time; the others while it is known, or again.
    for (let round = 0; round < 4; round += 1)
      await Promise.all(Array.from({ length: 50 }, () => dashboard.browser().get('/system')))

    const seconds = Math.ceil((performance.now() - started) / 1000)
    expect(theatre.calls.length - before).toBeLessThanOrEqual(3 * seconds)
  })

  it('shows the response time of a service', async () => {
    const { text } = await dashboard.browser().get('/system')

    expect(row(text, 'booking')).toMatch(/\d+ ms/)
  })

  it('shows admins versions, and the breakers of every service', async () => {
    dashboard.fakes.booking.answer = () =>
      ok({ status: 'up', breakers: { movie: 'closed', payment: 'open' } })
    const browser = dashboard.browser()
    await browser.get('/admin')
    await browser.submit('/admin/sign-in', { secret: adminToken })

    await eventually(async () => {
      const { text } = await browser.get('/system')

      expect(row(text, 'dashboard')).toContain('closed')
      expect(row(text, 'movie')).toMatch(/none.*0\.1\.0/)
      expect(row(text, 'booking')).toMatch(/payment open/)
      expect(row(text, 'booking')).not.toMatch(/movie/)
      expect(text).toContain(`Node ${process.versions.node}`)
    })
  })
})

describe('every page', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  const seats = `/movies/${movieId}/seats?${new URLSearchParams({ theatreId, showtime }).toString()}`
  it.each(['/', `/movies/${movieId}`, seats, '/bookings', '/admin', '/system', '/nowhere'])(
    '%s loads nothing from another host and has nothing inline',
    async (path) => {
      const { text, headers } = await dashboard.browser().get(path)

      expect(text.match(/(?:src|href|action|hx-get)="(?!\/|#)[^"]*"/g)).toBeNull()
      expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/)
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'self'")
      expect(policy).not.toContain('unsafe')
    },
  )

  it.each([
    '/style.css',
    '/forms.css',
    '/pages.css',
    '/app.js',
    '/vendor/htmx.min.js',
    '/favicon.svg',
    '/posters/1.svg',
  ])('serves %s', async (path) => {
    expect((await dashboard.browser().get(path)).status).toBe(200)
  })

  it('answers 404 when it does not exist, as JSON to clients that accept only JSON', async () => {
    const page = await dashboard.browser().get('/nowhere')
    const json = await dashboard.browser().get('/nowhere', { Accept: 'application/problem+json' })

    expect(page.status).toBe(404)
    expect(page.headers.get('content-type')).toMatch('text/html')
    expect(JSON.parse(json.text)).toMatchObject({ status: 404, instance: '/nowhere' })
  })

  it('is counted under its route template', async () => {
    await dashboard.browser().get(`/movies/${movieId}`)

    expect(await dashboard.metrics()).toMatch(
      /http_request_duration_seconds_count\{.*route="\/movies\/\{id\}",status="200"/,
    )
  })
})
