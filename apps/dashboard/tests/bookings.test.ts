import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { aBooking, answerTheatres, notFound, ok } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

describe('bookings', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  let booking: ReturnType<typeof aBooking>
  let cancelled: FakeAnswer
  beforeEach(() => {
    booking = aBooking({ status: 'confirmed' })
    cancelled = ok({ ...booking, status: 'cancelled', refund: 'done' })
    dashboard.fakes.theatre.answer = answerTheatres
    dashboard.fakes.booking.calls.length = 0
    dashboard.fakes.booking.answer = ({ path, query }) => {
      if (path === `/bookings/${booking.id}`) return ok(booking)
      if (path.endsWith('/cancel')) return cancelled
      return query['reference'] === booking.reference ? ok(booking) : notFound
    }
  })

  it('have a ticket with a reference and a QR code', async () => {
    const shown = await dashboard.browser().get(`/bookings/${booking.id}`)

    expect(shown.status).toBe(200)
    expect(shown.text).toContain('Booking confirmed, enjoy!')
    expect(shown.text).toContain('K7TQ2MXA')
    expect(shown.text).toMatch(/aria-label="QR code[^>]*>\s*<svg/)
    expect(shown.text).toMatch(/21:00 (JST|GMT\+9)/)
    expect(shown.text).not.toContain('hx-get')
  })

  it('show UTC while theatre is down', async () => {
    dashboard.fakes.theatre.answer = () => problemAnswer(503, 'store-unavailable')

    expect((await dashboard.browser().get(`/bookings/${booking.id}`)).text).toContain('12:00 UTC')
  })

  it.each([
    ['pending', {}, '', 'Pay now', true],
    ['pending', {}, '?payment=taken', 'Your payment was taken', true],
    ['pending', {}, '?payment=unknown', 'Do not pay again', true],
    ['expired', {}, '', 'it is paid back by itself', false],
    ['expired', {}, '?payment=taken', 'it is paid back by itself', false],
    ['cancelled', {}, '', 'it is paid back by itself', false],
    ['cancelled', { refund: 'pending' }, '', 'are on their way back', true],
    ['cancelled', { refund: 'done' }, '', 'were paid back', false],
  ])('that are %s %j%s say so, and poll until final', async (status, fields, query, text, isLive) => {
    booking = { ...booking, status, ...fields }

    const { text: page } = await dashboard.browser().get(`/bookings/${booking.id}${query}`)

    expect(page).toContain(text)
    expect(page.includes('hx-trigger="every 2s"')).toBe(isLive)
    expect(page.includes('http-equiv="refresh"')).toBe(isLive)
  })

  it('answer a poll with 204 until something changes', async () => {
    booking = { ...booking, status: 'pending' }
    const browser = dashboard.browser()
    const poll = /hx-get="([^"]*)"/.exec(
      (await browser.get(`/bookings/${booking.id}?payment=taken`)).text,
    )?.[1]
    const path = String(poll).replaceAll('&amp;', '&')

    expect((await browser.get(path, { 'HX-Request': 'true' })).status).toBe(204)
    booking = { ...booking, status: 'confirmed' }
    expect((await browser.get(path, { 'HX-Request': 'true' })).text).toContain('Booking confirmed, enjoy!')
  })

  it('are cancelled once, however often the form is sent', async () => {
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}`)

    const sent = await browser.submit(`/bookings/${booking.id}/cancel`)
    await browser.submit(`/bookings/${booking.id}/cancel`)

    expect(sent.location).toBe(`/bookings/${booking.id}`)
    const posts = dashboard.fakes.booking.calls.filter(({ method }) => method === 'POST')
    expect(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('say why they cannot be cancelled', async () => {
    cancelled = problemAnswer(409, 'showtime-passed', { detail: 'The film has begun.' })
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}`)

    const sent = await browser.submit(`/bookings/${booking.id}/cancel`)

    expect(sent.status).toBe(409)
    expect(sent.text).toContain('The film has begun.')
    expect(sent.text).toContain('It is not cancelled')
  })

  it('do not pretend to know whether they are cancelled', async () => {
    cancelled = 'reset'
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}`)

    const sent = await browser.submit(`/bookings/${booking.id}/cancel`)

    expect(sent.status).toBe(503)
    expect(sent.text).toContain('We do not know whether your booking is cancelled')
  })

  it('are found by reference and e-mail, and listed from then on', async () => {
    const browser = dashboard.browser()
    expect((await browser.get('/bookings')).text).toContain('has no bookings')

    const found = await browser.submit('/bookings/find', { reference: 'k7tq2mxa', email: 'ann@example.com' })

    expect(found.location).toBe(`/bookings/${booking.id}`)
    const list = await browser.get('/bookings')
    expect(list.text).toContain(`href="/bookings/${booking.id}"`)
    expect(list.text).toContain('Confirmed')
  })

  it('that do not exist are reported, and so is a malformed reference', async () => {
    const browser = dashboard.browser()
    await browser.get('/bookings')

    const missing = await browser.submit('/bookings/find', {
      reference: 'AAAAAAAA',
      email: 'ann@example.com',
    })
    const malformed = await browser.submit('/bookings/find', { reference: 'A', email: 'ann@example.com' })

    expect(missing.status).toBe(404)
    expect(missing.text).toContain('There is no booking with this reference')
    expect(malformed.status).toBe(422)
    expect(malformed.text).toContain('id="reference-error"')
  })

  it('that do not exist answer 404', async () => {
    expect((await dashboard.browser().get(`/bookings/${aBooking().id}`)).status).toBe(404)
  })
})
