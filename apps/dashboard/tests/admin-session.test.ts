import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Browser } from './browser.ts'
import { fieldsOf } from './browser.ts'
import { adminToken, startDashboard } from './start-dashboard.ts'

type Dashboard = Awaited<ReturnType<typeof startDashboard>>

const minuteMs = 60_000

describe("an admin's session", () => {
  let dashboard: Dashboard
  /** Has the same secrets, but does not hear of sign-outs at the first. */
  let replica: Dashboard
  beforeAll(async () => {
    dashboard = await startDashboard()
    replica = await startDashboard()
  })
  afterAll(async () => {
    await dashboard.stop()
    await replica.stop()
  })

  afterEach(() => {
    jest.restoreAllMocks()
  })

  /** Lets time pass: only `Date.now`, which the expiry reads. */
  function after(ms: number): void {
    const now = Date.now() + ms
    jest.spyOn(Date, 'now').mockImplementation(() => now)
  }

  async function signedIn(): Promise<Browser> {
    const browser = dashboard.browser()
    await browser.get('/admin')
    await browser.submit('/admin/sign-in', { secret: adminToken })
    return browser
  }

  function copyOf(browser: Browser, at = dashboard): Browser {
    const copy = at.browser()
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
    return copy
  }

  async function isAdmin(browser: Browser): Promise<boolean> {
    const { text } = await browser.get('/admin')
    return text.includes('Add a movie')
  }

  it('ends with the sign-out, for every copy of its cookie', async () => {
    const browser = await signedIn()
    const copy = copyOf(browser)
    expect(await isAdmin(copy)).toBe(true)
    await browser.get('/admin')

    await browser.submit('/admin/sign-out')

    expect(await isAdmin(browser)).toBe(false)
    expect(await isAdmin(copy)).toBe(false)
    expect((await copy.get('/system')).text).not.toContain('Breakers')
  })

  it("leaves the admin's other sign-ins alone", async () => {
    const [browser, other] = [await signedIn(), await signedIn()]
    await browser.get('/admin')

    await browser.submit('/admin/sign-out')

    expect(await isAdmin(other)).toBe(true)
  })

  it('ends after 15 minutes without use, also where nobody heard of the sign-out', async () => {
    const browser = await signedIn()
    const copy = copyOf(browser, replica)
    await browser.get('/admin')
    await browser.submit('/admin/sign-out')

    after(14 * minuteMs)
    expect(await isAdmin(copyOf(copy, replica))).toBe(true)
    after(2 * minuteMs)
    expect(await isAdmin(copy)).toBe(false)
  })

  it('ends at another replica as soon as the browser that signed out comes there', async () => {
    const browser = await signedIn()
    const copy = copyOf(browser, replica)
    await browser.get('/admin')
    await browser.submit('/admin/sign-out')

    await copyOf(browser, replica).get('/admin')

    expect(await isAdmin(copy)).toBe(false)
  })

  it('goes on while it is used, for eight hours', async () => {
    const browser = await signedIn()

    for (let minutes = 10; minutes < 8 * 60; minutes += 10) {
      after(10 * minuteMs)
      expect(await isAdmin(browser)).toBe(true)
    }

    after(10 * minuteMs)
    expect(await isAdmin(browser)).toBe(false)
  })

  it('is not kept alive by the system page, which reloads itself', async () => {
    const browser = await signedIn()

    after(10 * minuteMs)
    expect((await browser.get('/system')).text).toContain('Breakers')
    after(10 * minuteMs)
    expect((await browser.get('/system')).text).not.toContain('Breakers')
  })

  it('has another form token than before the sign-in and after the sign-out', async () => {
    const browser = dashboard.browser()
    const tokenOn = async (path: string, action: string) =>
      new Map(fieldsOf((await browser.get(path)).text, action)).get('token') ?? ''
    const before = await tokenOn('/bookings', '/bookings/find')
    await browser.get('/admin')
    await browser.submit('/admin/sign-in', { secret: adminToken })
    const during = await tokenOn('/bookings', '/bookings/find')

    expect((await browser.post('/admin/sign-out', [['token', before]])).status).toBe(403)
    expect((await browser.post('/admin/sign-out', [['token', during]])).status).toBe(303)
    const afterwards = await tokenOn('/bookings', '/bookings/find')

    expect(new Set([before, during, afterwards]).size).toBe(3)
  })

  it('is in no cache, and neither is a booking', async () => {
    const browser = await signedIn()

    for (const path of ['/admin', '/admin/movies/new', '/bookings', '/bookings/unknown', '/system'])
      expect([path, (await browser.get(path)).headers.get('cache-control')]).toEqual([path, 'no-store'])
    expect((await browser.get('/')).headers.get('cache-control')).toBe('private, no-cache')
  })
})
