import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aBooking, answerBookings, movieId, ok, screening, showtime, theatreId } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const seats = `/movies/${movieId}/seats?${new URLSearchParams({ theatreId, showtime }).toString()}`
const map = `/api/screenings/seats?${new URLSearchParams(screening).toString()}`

describe('the services are told who the client is', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard({ TRUSTED_HOPS: '1' })
  })
  afterAll(() => dashboard.stop())
  beforeEach(() => {
    dashboard.fakes.booking.answer = (call) =>
      call.method === 'POST' ? ok(aBooking(), 201) : answerBookings(call)
    dashboard.fakes.booking.calls.length = 0
  })

  /** The client of the last call to booking. */
  function named() {
    const { 'x-client-session': session, 'x-client-address': address } =
      dashboard.fakes.booking.calls.at(-1)?.headers ?? {}
    return { session, address }
  }

  async function read(headers: Record<string, string> = {}) {
    await fetch(dashboard.url + map, { headers })
    return named()
  }

  it('by address alone without a session, IPv6 by its first 64 bits', async () => {
    const from = (address: string) => read({ 'X-Forwarded-For': address })
    const one = await from('203.0.113.1')

    expect(one).toEqual({ session: undefined, address: expect.stringMatching(/^[\w-]{22}$/) })
    expect(await from('203.0.113.1')).toEqual(one)
    expect(await from('::ffff:203.0.113.1')).toEqual(one)
    expect(await from('203.0.113.2')).not.toEqual(one)
    expect(await from('2001:db8::1')).toEqual(await from('2001:db8::ffff:1'))
    expect(await from('2001:db8::1')).not.toEqual(await from('2001:db8:0:1::1'))
  })

  it('and believe nothing that the public says', async () => {
    const honest = await read()
    const { cookies, ...browser } = dashboard.browser()
    await browser.get(seats)
    const forged = `matinee=${String(cookies.get('matinee'))}; matinee.sig=forged`

    expect(await read({ 'X-Client-Session': 'a', 'X-Client-Address': 'b' })).toEqual(honest)
    expect(await read({ Cookie: forged })).toEqual(honest)
  })

  it('by session too, the same for its pages, its forms and its calls of the API', async () => {
    const [ann, eve] = [dashboard.browser(), dashboard.browser()]
    for (const browser of [ann, eve]) await browser.get(seats)
    const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

    const byApi = await read({ Cookie: cookie })
    await ann.get(seats)
    const byPage = named()
    const customer = { name: 'Ann', email: 'ann@example.com' }
    await ann.submit(`/movies/${movieId}/seats`, { seats: 'B1', ...customer })
    const byForm = named()
    await eve.submit(`/movies/${movieId}/seats`, { seats: 'B1', ...customer })

    expect(byApi.session).toMatch(/^[\w-]{22}$/)
    expect([byPage, byForm]).toEqual([byApi, byApi])
    expect(named()).toEqual({
      session: expect.not.stringMatching(String(byApi.session)),
      address: byApi.address,
    })
  })
})
