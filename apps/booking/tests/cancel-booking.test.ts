import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import { eventually } from '@matinee/test-kit/eventually'
import { aScreening, post, problem, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('POST /bookings/{id}/cancel', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('cancel', { CALL_TIMEOUT_MS: '1000' })
  })
  afterAll(() => booking.stop())
  beforeEach(() => {
    booking.payment.broken = undefined
  })

  async function hold(screening = aScreening(booking)) {
    return (await post(booking.api, '/bookings', screening.input({ seats: ['C4'] }))).body as Booking
  }
  async function confirmed(screening = aScreening(booking)) {
    const held = await hold(screening)
    const payment = booking.payment.capture(held)
    const { body } = await post(booking.api, `/bookings/${held.id}/confirm`)
    return { body: body as Booking, payment }
  }
  const cancel = (id: string, key?: string) => post(booking.api, `/bookings/${id}/cancel`, undefined, key)

  it('frees the seats of a hold, with nothing to refund', async () => {
    const screening = aScreening(booking)
    const held = await hold(screening)

    const cancelled = await cancel(held.id)

    const { expiresAt: _expiresAt, ...kept } = held
    expect(cancelled.body).toEqual({ ...kept, status: 'cancelled', updatedAt: expect.any(String) })
    expect((await booking.api.get(`/bookings/${held.id}`)).body).toEqual(cancelled.body)
    expect((await hold(screening)).status).toBe('pending')
  })

  it('refunds the payment of a confirmed booking before it answers', async () => {
    const screening = aScreening(booking)
    const { body, payment } = await confirmed(screening)

    const cancelled = await cancel(body.id)

    expect(cancelled.body).toMatchObject({ status: 'cancelled', refund: 'done', paymentId: payment.id })
    expect(payment.status).toBe('refunded')
    expect((await hold(screening)).status).toBe('pending')
  })

  it('refunds what was paid for a hold that was never confirmed', async () => {
    const held = await hold()
    const payment = booking.payment.capture(held)

    expect((await cancel(held.id)).body).toMatchObject({ status: 'cancelled', refund: 'done' })
    expect(payment.status).toBe('refunded')
  })

  it('is idempotent, with the same key and with another', async () => {
    const { body } = await confirmed()
    const key = randomUUID()
    const first = await cancel(body.id, key)

    expect((await cancel(body.id, key)).text).toBe(first.text)
    expect((await cancel(body.id)).text).toBe(first.text)
  })

  it.each(['reset', 'hang'] as const)(
    'cancels while payment is down (%s), and refunds later',
    async (broken) => {
      const screening = aScreening(booking)
      const { body, payment } = await confirmed(screening)
      booking.payment.broken = broken

      const cancelled = await cancel(body.id)

      expect(cancelled.body).toMatchObject({ status: 'cancelled', refund: 'pending' })
      expect((await hold(screening)).status).toBe('pending')
      booking.payment.broken = undefined
      await booking.passTime([body.id], 10)
      await eventually(async () => {
        expect((await booking.api.get(`/bookings/${body.id}`)).body.refund).toBe('done')
      })
      expect(payment.status).toBe('refunded')
    },
  )

  it('is refused for a hold that has expired', async () => {
    const held = await hold()
    await booking.passTime([held.id], 300)

    expect(problem(await cancel(held.id))).toBe('409 booking-expired')
    expect(problem(await cancel(randomUUID()))).toBe('404 not-found')
  })

  it('is refused once the show has begun', async () => {
    const { body, payment } = await confirmed()
    await booking.database.query('UPDATE bookings SET showtime = now() WHERE id = $1', [body.id])

    expect(problem(await cancel(body.id))).toBe('409 showtime-passed')
    expect(payment.status).toBe('captured')
  })

  it('accepts an empty object as the body, and nothing else', async () => {
    const held = await hold()

    expect(problem(await post(booking.api, `/bookings/${held.id}/cancel`, { all: true }))).toBe(
      '422 validation-failed',
    )
    expect((await post(booking.api, `/bookings/${held.id}/cancel`, {})).status).toBe(200)
  })
})

describe('GET /bookings', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('find_booking')
  })
  afterAll(() => booking.stop())

  it('finds a booking by reference and e-mail address, ignoring case', async () => {
    const customer = { name: 'Ada', email: 'Ada@Example.org' }
    const body = (await post(booking.api, '/bookings', aScreening(booking).input({ customer })))
      .body as Booking
    const find = (reference: string, email: string) =>
      booking.api.get(`/bookings?reference=${reference}&email=${encodeURIComponent(email)}`)

    expect((await find(body.reference, 'ada@example.org')).body).toEqual(body)
    expect((await find(body.reference.toLowerCase(), 'ADA@example.org')).body).toEqual(body)
    expect(problem(await find(body.reference, 'bob@example.org'))).toBe('404 not-found')
    expect(problem(await find('AAAAAAAA', 'ada@example.org'))).toBe('404 not-found')
    expect(problem(await find('A', 'ada@example.org'))).toBe('400 invalid-parameter')
  })
})
