import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { aBooking, answerBookings, movieId, notFound, ok, showtime, theatreId } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const page = `/movies/${movieId}/seats?${new URLSearchParams({ theatreId, showtime }).toString()}`
const form = `/movies/${movieId}/seats`
const ann = { name: 'Ann', email: 'ann@example.com' }

describe('holding seats', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  let held: FakeAnswer
  const posts = () => dashboard.fakes.booking.calls.filter(({ method }) => method === 'POST')
  beforeEach(() => {
    dashboard.fakes.booking.calls.length = 0
    held = ok(aBooking(), 201)
    dashboard.fakes.booking.answer = (call) => (call.method === 'POST' ? held : answerBookings(call))
  })

  it('begins with the seat map', async () => {
    const shown = await dashboard.browser().get(page)

    expect(shown.status).toBe(200)
    expect(shown.text.match(/name="seats"/g)).toHaveLength(8)
    expect(shown.text).toContain('aria-label="A1, sold"')
    expect(shown.text).toContain('aria-label="A2, held"')
    expect(shown.text.match(/disabled/g)).toHaveLength(2)
    expect(shown.text).toContain(
      `data-seat-events="/api/screenings/seats/events?movieId=${movieId}&amp;theatreId=${theatreId}`,
    )
  })

  it('begins with the seat map of the movie in the path, whatever the query says', async () => {
    await dashboard.browser().get(`${page}&movieId=${'0'.repeat(24)}`)

    expect(dashboard.fakes.booking.calls[0]?.query).toEqual({ movieId, theatreId, showtime })
  })

  it('books the chosen seats, then asks to pay', async () => {
    const booking = aBooking()
    held = ok(booking, 201)
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(form, { ...ann, seats: ['B1', 'B2'] })

    expect(sent.status).toBe(303)
    expect(sent.location).toBe(`/bookings/${booking.id}/pay`)
    expect(posts()[0]?.body).toEqual({ movieId, theatreId, showtime, seats: ['B1', 'B2'], customer: ann })
  })

  it('books the best seats together', async () => {
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(form, { ...ann, pick: 'best', quantity: '3', seats: [] })

    expect(sent.status).toBe(303)
    expect(posts()[0]?.body).toEqual({ movieId, theatreId, showtime, quantity: 3, customer: ann })
  })

  it('sends the same key for the same content, and another one for edited content', async () => {
    const browser = dashboard.browser()
    await browser.get(page)

    await browser.submit(form, { ...ann, seats: 'B1' })
    await browser.submit(form, { ...ann, seats: 'B1' })
    await browser.submit(form, { ...ann, seats: 'B2' })

    const [first, again, other] = posts().map(({ headers }) => headers['idempotency-key'])
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('waits for the answer to a first click that is in progress', async () => {
    const booking = aBooking()
    const answers = [problemAnswer(409, 'idempotency-key-in-use'), ok(booking, 201)]
    dashboard.fakes.booking.answer = (call) =>
      call.method === 'POST' ? (answers.shift() ?? notFound) : answerBookings(call)
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(form, { ...ann, seats: 'B1' })

    expect(sent.location).toBe(`/bookings/${booking.id}/pay`)
  })

  it('shows errors next to their fields, and keeps what was typed', async () => {
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(form, { name: 'Ann "A" <b>', email: 'nobody', seats: [] })

    expect(sent.status).toBe(422)
    expect(sent.text).toContain('id="email-error"')
    expect(sent.text).toContain('Choose one to eight seats.')
    expect(sent.text).toContain('value="Ann &quot;A&quot; &lt;b&gt;"')
    expect(posts()).toEqual([])
  })

  it.each([
    [409, 'seats-taken', 'B1 and B2 are no longer free', { seats: ['B1', 'B2'] }],
    [409, 'sold-out', 'Fewer seats are free', {}],
    [422, 'showtime-passed', 'It began at noon.', { detail: 'It began at noon.' }],
    [429, 'too-many-holds', 'holds too many bookings', {}],
  ])(
    'shows the seats again after %d %s, and that nothing was charged',
    async (status, slug, text, members) => {
      held = problemAnswer(status, slug, members)
      const browser = dashboard.browser()
      await browser.get(page)

      const sent = await browser.submit(form, { ...ann, seats: ['B3', 'B4'] })

      expect(sent.status).toBe(status)
      expect(sent.text).toContain(text)
      expect(sent.text).toContain('nothing was charged')
      expect(sent.text).toMatch(/value="B3"[^>]*checked/)
      expect(sent.text).toContain('value="ann@example.com"')
    },
  )

  it('says that nothing was charged when booking is down', async () => {
    held = 'reset'
    const browser = dashboard.browser()
    await browser.get(page)

    const sent = await browser.submit(form, { ...ann, seats: 'B1' })

    expect(sent.status).toBe(503)
    expect(sent.text).toContain('Nothing was charged.')
    expect(sent.text).toContain('holds your seats only once')
  })

  it('answers 404 for a screening that does not exist', async () => {
    dashboard.fakes.booking.answer = () => notFound

    expect((await dashboard.browser().get(page)).status).toBe(404)
    expect((await dashboard.browser().get(`/movies/${movieId}/seats`)).status).toBe(400)
  })
})
