import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { adminToken, api, asAdmin, baseUrl, holdSeat } from '../../e2e/support/api.ts'

/** What an attacker sees of a page, and the cookies to go on with. */
async function open(path: string, cookies = '', form?: Record<string, string>) {
  const response = await fetch(baseUrl + path, {
    redirect: 'manual',
    headers: { Accept: 'text/html', Cookie: cookies },
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  })
  const set = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  const text = await response.text()
  return {
    status: response.status,
    text,
    cacheControl: response.headers.get('cache-control'),
    cookies: set.length > 0 ? set.join('; ') : cookies,
    token: /name="token" value="([^"]*)"/.exec(text)?.[1] ?? '',
  }
}

async function signIn() {
  const { cookies, token } = await open('/admin')
  const signedIn = await open('/admin/sign-in', cookies, { token, secret: adminToken() })
  expect(signedIn.status).toBe(303)
  return await open('/admin', signedIn.cookies)
}

const letters = 'abcdefghijklmnopqrstuvwxyz'

const bodyOf = (fields: Iterable<string>) => Object.fromEntries([...fields].map((field) => [field, 1]))

describe('an attacker', () => {
  it('cannot use the cookie of an admin who has signed out', async () => {
    const { cookies, token, text } = await signIn()
    expect(text).toContain('Add a movie')

    expect((await open('/admin/sign-out', cookies, { token })).status).toBe(303)

    expect((await open('/admin', cookies)).text).not.toContain('Add a movie')
    expect((await open('/admin/movies/new', cookies)).status).toBe(303)
  })

  it('cannot use a form token from before the sign-in', async () => {
    const before = await open('/admin')
    const admin = await open('/admin/sign-in', before.cookies, { token: before.token, secret: adminToken() })

    const forged = await open('/admin/sign-out', admin.cookies, { token: before.token })

    expect(forged.status).toBe(403)
  })

  it('finds no bookings, payments or admin pages in a cache', async () => {
    const { id } = await holdSeat()
    const admin = await signIn()

    for (const path of ['/bookings', `/bookings/${id}`, `/bookings/${id}/pay`, '/admin', '/system'])
      expect([path, (await open(path, admin.cookies)).cacheControl]).toEqual([path, 'no-store'])
    for (const path of [`/bookings/${id}`, `/payments/${id}`])
      expect([path, (await api('GET', path)).headers.get('cache-control')]).toEqual([path, 'no-store'])
  })

  it.each([
    ['many unknown fields', bodyOf(Array.from({ length: 10_000 }, (_, index) => `f${index}`))],
    ['long unknown fields', bodyOf(Array.from({ length: 50 }, (_, index) => `${index}`.repeat(900)))],
    ['many wrong items', { screens: Array.from({ length: 50 }, () => bodyOf(letters)) }],
  ])('gets a short answer to %s', async (_what, body) => {
    const response = await fetch(`${baseUrl}/api/theatres`, {
      method: 'POST',
      headers: { ...asAdmin(), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

    expect(response.status).toBe(422)
    expect((await response.text()).length).toBeLessThan(10_000)
  })

  it('cannot add a theatre of the same name that looks the same', async () => {
    const theatre = {
      name: `Caf\u00e9 ${randomUUID()}`,
      city: 'Testville',
      price: { amount: 1200, currency: 'EUR' },
      screens: [{ name: 'One', rows: 1, seatsPerRow: 1 }],
    }
    expect((await api('POST', '/theatres', theatre, asAdmin())).status).toBe(201)

    for (const name of [theatre.name.normalize('NFD'), ` ${theatre.name}`, `${theatre.name}\u200b`])
      expect((await api('POST', '/theatres', { ...theatre, name }, asAdmin())).status).toBe(409)
  })

  it('cannot stop the pages with a long line in the form of a theatre', async () => {
    const { cookies, token } = await signIn()
    const form = { token, name: 'A', city: 'B', amount: '1', screens: `x${' '.repeat(90_000)}y` }
    const started = performance.now()

    const answer = await open('/admin/theatres', cookies, form)

    expect(answer.status).toBe(422)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('costs the services no more on the system page than a few visitors', async () => {
    const started = performance.now()
    const before = await theatreProbes()

    for (let round = 0; round < 5; round += 1)
      await Promise.all(Array.from({ length: 40 }, () => open('/system')))

    // One probe a second, and one that was under way.
    const seconds = (performance.now() - started) / 1_000
    expect((await theatreProbes()) - before).toBeLessThanOrEqual(seconds + 2)
  })
})

/** How many times somebody asked theatre for its OpenAPI document, as the system page does. */
async function theatreProbes(): Promise<number> {
  const metrics = await (await fetch(process.env['THEATRE_METRICS_URL'] ?? '')).text()
  return Number(/duration_seconds_count\{[^}]*route="\/openapi.json"[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0)
}
