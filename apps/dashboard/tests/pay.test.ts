import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { aBooking, aPayment, answerBookings, ok } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const card = { number: '4242 4242 4242 4242', expiry: '08/39', cvc: '123', holder: 'Ann Lee' }

describe('paying', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())

  let booking: ReturnType<typeof aBooking>
  let confirmed: FakeAnswer
  const payments = () => dashboard.fakes.payment.calls
  const confirms = () => dashboard.fakes.booking.calls.filter(({ path }) => path.endsWith('/confirm'))

  beforeEach(() => {
    const { booking: bookings, payment } = dashboard.fakes
    bookings.calls.length = 0
    payment.calls.length = 0
    booking = aBooking()
    confirmed = ok({ ...booking, status: 'confirmed' })
    payment.answer = () => ok(aPayment(booking), 201)
    bookings.answer = (call) => {
      if (call.path === `/bookings/${booking.id}`) return ok(booking)
      return call.path === `/bookings/${booking.id}/confirm` ? confirmed : answerBookings(call)
    }
  })

  async function pay(values: Record<string, string> = {}) {
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)
    return await browser.submit(`/bookings/${booking.id}/pay`, { ...card, ...values })
  }

  it('shows what is paid for and how long the seats are held', async () => {
    const shown = await dashboard.browser().get(`/bookings/${booking.id}/pay`)

    expect(shown.text).toContain('2 seats: B1, B2')
    expect(shown.text).toContain('Pay €24.00')
    expect(shown.text).toMatch(/data-seconds-left="3(600|59\d)"/)
  })

  it('charges the card, confirms, and leads to the ticket', async () => {
    const paid = await pay()

    expect(paid.status).toBe(303)
    expect(paid.location).toBe(`/bookings/${booking.id}`)
    expect(payments().map(({ body }) => body)).toEqual([
      {
        bookingId: booking.id,
        amount: 2400,
        currency: 'EUR',
        card: { number: '4242424242424242', expiryMonth: 8, expiryYear: 2039, cvc: '123', holder: 'Ann Lee' },
      },
    ])
    const key = String(payments()[0]?.headers['idempotency-key'])
    expect(confirms()[0]?.headers['idempotency-key']).toBe(`${key}-confirm`)
  })

  it('charges once when the form is sent twice', async () => {
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)

    await browser.submit(`/bookings/${booking.id}/pay`, card)
    await browser.submit(`/bookings/${booking.id}/pay`, card)

    const [first, second] = payments().map(({ headers }) => headers['idempotency-key'])
    expect(second).toBe(first)
  })

  it('asks for another card after a decline, under another key, and never shows the first one', async () => {
    dashboard.fakes.payment.answer = () =>
      problemAnswer(402, 'card-declined', { reason: 'insufficient-funds' })
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)

    const declined = await browser.submit(`/bookings/${booking.id}/pay`, card)

    expect(declined.status).toBe(402)
    expect(declined.text).toContain('does not cover the price')
    expect(declined.text).toContain('Nothing was charged, and your seats are still held')
    expect(declined.text).toContain('value="Ann Lee"')
    expect(declined.text).not.toMatch(/4242 4242 4242 4242"|value="123"/)
    expect(confirms()).toEqual([])
    await browser.submit(`/bookings/${booking.id}/pay`, card)
    expect(payments()[1]?.headers['idempotency-key']).not.toBe(payments()[0]?.headers['idempotency-key'])
  })

  it.each([
    ['number', '1234', 'number'],
    ['expiry', '13/39', 'expiry'],
    ['expiry', 'soon', 'expiry'],
    ['cvc', '1', 'cvc'],
    ['holder', ' ', 'holder'],
  ])('says next to the field that %s cannot be "%s"', async (field, value, name) => {
    const refused = await pay({ [field]: value })

    expect(refused.status).toBe(422)
    expect(refused.text).toContain(`id="${name}-error"`)
    expect(payments()).toEqual([])
  })

  it('shows the errors that payment finds in the card', async () => {
    const errors = [{ pointer: '/card/number', detail: 'Fails its checksum' }]
    dashboard.fakes.payment.answer = () => problemAnswer(422, 'validation-failed', { errors })

    const refused = await pay()

    expect(refused.status).toBe(422)
    expect(refused.text).toContain('<p class="error" id="number-error">Fails its checksum</p>')
  })

  it('confirms a booking that is already paid', async () => {
    dashboard.fakes.payment.answer = () => problemAnswer(409, 'already-paid', { paymentId: booking.id })

    expect((await pay()).location).toBe(`/bookings/${booking.id}`)
    expect(confirms()).toHaveLength(1)
  })

  it('leads to the ticket while another payment is in progress', async () => {
    dashboard.fakes.payment.answer = () => problemAnswer(409, 'payment-in-progress')

    expect((await pay()).location).toBe(`/bookings/${booking.id}?payment=unknown`)
  })

  it('offers the form again, with the same key, when payment is down', async () => {
    dashboard.fakes.payment.answer = () => 'reset'
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)

    const failed = await browser.submit(`/bookings/${booking.id}/pay`, card)

    expect(failed.status).toBe(503)
    expect(failed.text).toContain('Your seats are still held')
    expect(failed.text).toContain('a booking is charged only once')
    dashboard.fakes.payment.answer = () => ok(aPayment(booking), 201)
    expect((await browser.submit(`/bookings/${booking.id}/pay`, card)).status).toBe(303)
    expect(new Set(payments().map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  })

  it('asks again when a form is sent a second time with another card', async () => {
    dashboard.fakes.payment.answer = () => problemAnswer(422, 'idempotency-key-reused')

    const refused = await pay()

    expect(refused.status).toBe(409)
    expect(refused.text).toContain('sent before with another card')
  })

  it.each([
    ['booking is down after the charge', () => 'reset' as const, 303],
    ['the hold ran out before the charge', () => problemAnswer(409, 'booking-expired'), 303],
  ])('tells on the ticket that the payment was taken when %s', async (_what, answer) => {
    confirmed = answer()

    expect((await pay()).location).toBe(`/bookings/${booking.id}?payment=taken`)
  })

  it('asks for the price again when another amount was paid', async () => {
    confirmed = problemAnswer(402, 'payment-required')

    const refused = await pay()

    expect(refused.status).toBe(402)
    expect(refused.text).toContain('paid back by itself')
  })

  it('charges nothing for a booking that is not pending', async () => {
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)
    booking = { ...booking, status: 'expired' }

    const sent = await browser.submit(`/bookings/${booking.id}/pay`, card)

    expect(sent.location).toBe(`/bookings/${booking.id}`)
    expect((await browser.get(`/bookings/${booking.id}/pay`)).location).toBe(`/bookings/${booking.id}`)
    expect(payments()).toEqual([])
  })

  it('logs no card', async () => {
    await pay()

    expect(dashboard.logs.text()).not.toMatch(/424242|Ann Lee/)
  })
})

describe('paying while payment is slow', () => {
  it('does not know yet, and says so on the ticket', async () => {
    const dashboard = await startDashboard({ REQUEST_TIMEOUT_MS: '2000' })
    const booking = aBooking()
    dashboard.fakes.booking.answer = () => ok(booking)
    dashboard.fakes.payment.answer = () => 'hang'
    const browser = dashboard.browser()
    await browser.get(`/bookings/${booking.id}/pay`)

    const sent = await browser.submit(`/bookings/${booking.id}/pay`, card)

    expect(sent.location).toBe(`/bookings/${booking.id}?payment=unknown`)
    expect((await browser.get(String(sent.location))).text).toContain('Do not pay again')
    await dashboard.stop()
  })
})
