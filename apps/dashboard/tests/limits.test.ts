import { afterEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { notFound } from './fakes.ts'
import { adminToken, startDashboard } from './start-dashboard.ts'

const find = `/api/bookings?${new URLSearchParams({ reference: 'K7TQ2MXA', email: 'ann@example.com' }).toString()}`

describe('limits of requests', () => {
  const started: Awaited<ReturnType<typeof startDashboard>>[] = []
  async function start(env: Record<string, string> = {}) {
    const dashboard = await startDashboard(env)
    started.push(dashboard)
    return dashboard
  }
  afterEach(() => Promise.all(started.splice(0).map((dashboard) => dashboard.stop())))

  it('apply to pages, API and documents together', async () => {
    const dashboard = await start({ RATE_LIMIT_PER_MINUTE: '3' })
    for (const path of ['/', '/api/movies', '/openapi.json'])
      expect((await dashboard.browser().get(path)).status).toBe(200)

    const page = await dashboard.browser().get('/')
    const json = await dashboard.api.get('/api/movies')

    expect(page.status).toBe(429)
    expect(page.headers.get('content-type')).toMatch('text/html')
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(1)
    expect(json.status).toBe(429)
    expect(json.body).toMatchObject({ type: 'https://matinee.dev/problems/too-many-requests' })
    for (const path of ['/docs/', '/openapi.json', '/livez', '/style.css'])
      expect((await dashboard.browser().get(path)).status).toBe(429)
  })

  it('count a session on its own, so that it leaves room for its neighbours', async () => {
    const dashboard = await start({ SESSION_RATE_LIMIT_PER_MINUTE: '2' })
    const [ann, eve] = [dashboard.browser(), dashboard.browser()]
    for (const browser of [ann, eve]) await browser.get('/admin')

    const statuses: number[] = []
    for (const browser of [ann, ann, ann, eve]) statuses.push((await browser.get('/')).status)

    expect(statuses).toEqual([200, 200, 429, 200])
    expect((await dashboard.api.get('/api/movies')).status).toBe(200)
  })

  it('trust X-Forwarded-For only from the configured number of proxies', async () => {
    const [alone, behind] = [
      await start({ RATE_LIMIT_PER_MINUTE: '1' }),
      await start({ RATE_LIMIT_PER_MINUTE: '1', TRUSTED_HOPS: '1' }),
    ]
    const statuses = async ({ browser }: typeof alone) => {
      const from = (address: string) => browser().get('/', { 'X-Forwarded-For': address })
      return [(await from('203.0.113.1')).status, (await from('203.0.113.2')).status]
    }

    expect(await statuses(alone)).toEqual([200, 429])
    expect(await statuses(behind)).toEqual([200, 200])
  })

  it('allow ten wrong admin tokens a minute, by API and form together, and no token after that', async () => {
    const dashboard = await start()
    const browser = dashboard.browser()
    await browser.get('/admin')
    const call = (token: string) =>
      dashboard.api.post('/api/movies').set('Authorization', `Bearer ${token}`).send({})
    dashboard.fakes.movie.answer = () => problemAnswer(403, 'token-wrong')

    for (let right = 0; right < 12; right += 1) expect((await call(adminToken)).status).toBe(403)
    for (let tries = 0; tries < 6; tries += 1) expect((await call(`wrong-${tries}`)).status).toBe(403)
    for (let tries = 0; tries < 4; tries += 1)
      expect((await browser.submit('/admin/sign-in', { secret: 'wrong' })).status).toBe(403)

    expect((await call('wrong')).status).toBe(429)
    expect((await call(adminToken)).headers['retry-after']).toMatch(/^\d+$/)
    expect((await browser.submit('/admin/sign-in', { secret: adminToken })).status).toBe(429)
    expect((await dashboard.api.get('/api/theatres')).status).toBe(200)
    expect(await dashboard.metrics()).toMatch(/matinee_admin_token_failures_total\{service="dashboard"\} 6/)
    expect(dashboard.logs.lines.filter(({ message }) => message === 'admin token wrong')).toHaveLength(6)
  })

  it('allow ten searches for a booking a minute, by API and form together', async () => {
    const dashboard = await start()
    dashboard.fakes.booking.answer = () => notFound
    const browser = dashboard.browser()
    await browser.get('/bookings')

    for (let tries = 0; tries < 6; tries += 1) expect((await dashboard.api.get(find)).status).toBe(404)
    const form = { reference: 'K7TQ2MXA', email: 'ann@example.com' }
    for (let tries = 0; tries < 4; tries += 1)
      expect((await browser.submit('/bookings/find', form)).status).toBe(404)

    expect((await dashboard.api.get(find)).status).toBe(429)
    expect((await browser.submit('/bookings/find', form)).status).toBe(429)
    expect((await dashboard.api.get('/api/movies')).status).toBe(200)
  })
})
