import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { movieId, showtime, theatreId } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const page = `/movies/${movieId}/seats?${new URLSearchParams({ theatreId, showtime }).toString()}`
const forms = [
  `/movies/${movieId}/seats`,
  '/bookings/find',
  '/bookings/0b8e3f9c-3c1b-4c39-9d3e-0d6f2d0c7d11/pay',
  '/bookings/0b8e3f9c-3c1b-4c39-9d3e-0d6f2d0c7d11/cancel',
  '/admin/sign-in',
  '/admin/sign-out',
  '/admin/movies',
  '/admin/theatres',
  `/admin/movies/${movieId}`,
  `/admin/movies/${movieId}/delete`,
  `/admin/theatres/${theatreId}/availability`,
  `/admin/theatres/${theatreId}/delete`,
]

describe('forms', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  const writes = () =>
    Object.values(dashboard.fakes)
      .flatMap(({ calls }) => calls)
      .filter(({ method }) => method !== 'GET')

  it.each(forms)('of %s do nothing without their token', async (path) => {
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.post(path, [['name', 'Eve']])

    expect(sent.status).toBe(403)
    expect(sent.text).toContain('Nothing was done')
    expect(writes()).toEqual([])
  })

  it.each([
    ['another origin', { Origin: 'https://evil.example' }],
    ['an opaque origin', { Origin: 'null' }],
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this site', { 'Sec-Fetch-Site': 'same-site' }],
  ])('from %s are refused, token or not', async (_what, headers) => {
    const browser = dashboard.browser()
    await browser.get('/admin')

    const sent = await browser.submit('/admin/sign-in', { secret: 'test-admin-token' }, headers)

    expect(sent.status).toBe(403)
    expect(sent.headers.get('content-type')).toMatch('text/html')
    expect(await dashboard.metrics()).toMatch(/matinee_forms_forged_total\{service="dashboard"\} [1-9]/)
    expect(dashboard.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'form forged', path: '/admin/sign-in' }),
    )
  })

  it('from our own pages are accepted', async () => {
    const browser = dashboard.browser()
    await browser.get('/admin')

    const headers = { Origin: dashboard.url, 'Sec-Fetch-Site': 'same-origin' }
    expect((await browser.submit('/admin/sign-in', { secret: 'test-admin-token' }, headers)).status).toBe(303)
  })

  it('with the token of another visitor are refused', async () => {
    const [ann, eve] = [dashboard.browser(), dashboard.browser()]
    await ann.get('/admin')
    await eve.get('/admin')
    eve.cookies.clear()
    for (const [name, value] of ann.cookies) eve.cookies.set(name, value)

    expect((await eve.submit('/admin/sign-in', { secret: 'test-admin-token' })).status).toBe(403)
  })

  it('without their key are refused', async () => {
    const browser = dashboard.browser()
    await browser.get(page)

    expect((await browser.submit(`/movies/${movieId}/seats`, { key: '' })).status).toBe(400)
  })

  it('that are too large are refused', async () => {
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(`/movies/${movieId}/seats`, { name: 'x'.repeat(102_400) })

    expect(sent.status).toBe(413)
    expect(sent.text).toContain('nothing was charged')
  })
})

describe('the session cookie', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard({ TRUSTED_HOPS: '1' })
  })
  afterAll(() => dashboard.stop())

  it('is out of reach of scripts and other sites, and secure behind https', async () => {
    const plain = (await dashboard.browser().get('/admin')).headers.getSetCookie()
    const secure = (
      await dashboard.browser().get('/admin', { 'X-Forwarded-Proto': 'https' })
    ).headers.getSetCookie()

    expect(plain).toHaveLength(2)
    for (const cookie of plain) expect(cookie).toMatch(/; samesite=lax; httponly$/)
    for (const cookie of secure) expect(cookie).toMatch(/; secure; httponly$/)
  })

  it('is ignored when tampered with', async () => {
    const browser = dashboard.browser()
    await browser.get('/admin')
    const forged = Buffer.from(JSON.stringify({ adminUntil: Date.now() + 1e9 })).toString('base64')
    browser.cookies.set('matinee', forged)

    expect((await browser.get('/admin')).text).toContain('Admin token')
  })
})
