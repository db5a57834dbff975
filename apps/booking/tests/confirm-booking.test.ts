import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { eventually } from '@matinee/test-kit/eventually'
import { aScreening, post, problem, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('POST /bookings/{id}/confirm', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('confirm', { CALL_TIMEOUT_MS: '1000' })
  })
  afterAll(() => booking.stop())
  beforeEach(() => {
    booking.payment.broken = undefined
  })

  async function hold(fields: object = { quantity: 2 }) {
    return (await post(booking.api, '/bookings', aScreening(booking).input(fields))).body as Booking
  }
  const confirm = (id: string, key?: string) => post(booking.api, `/bookings/${id}/confirm`, {}, key)
  const read = async (id: string) => (await booking.api.get(`/bookings/${id}`)).body as Booking

  it('confirms a paid booking, and settles the payment', async () => {
    const held = await hold()
    const payment = booking.payment.capture(held)

    const confirmed = await confirm(held.id)

    const { expiresAt: _expiresAt, ...kept } = held
    expect(confirmed.body).toEqual({
      ...kept,
      status: 'confirmed',
      paymentId: payment.id,
      updatedAt: expect.any(String),
    })
    expect(await read(held.id)).toEqual(confirmed.body)
    await eventually(() => {
      expect(booking.payment.settled).toContain(payment.id)
    })
    expect(booking.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'booking confirmed', bookingId: held.id, paymentId: payment.id }),
    )
  })

  it('records when the statement confirmed it, which is later than it was read', async () => {
    const held = await hold()
    booking.payment.capture(held)
    async function confirmation() {
      const { rows } = await booking.database.query<{ at: Date | null; now: Date }>(
        'SELECT confirmed_at AS at, clock_timestamp() AS now FROM bookings WHERE id = $1',
        [held.id],
      )
      return rows[0]
    }
    const { answer } = booking.payment
    let before: Awaited<ReturnType<typeof confirmation>>
    booking.payment.answer = async (call) => {
      await booking.database.query('SELECT pg_sleep(0.01)')
      before ??= await confirmation()
      return answer(call)
    }
    try {
      await confirm(held.id)
    } finally {
      booking.payment.answer = answer
    }

    expect(before?.at).toBeNull()
    const confirmedAt = (await confirmation())?.at?.getTime()
    expect(confirmedAt).toBeGreaterThanOrEqual(before?.now.getTime() ?? Infinity)
  })

  it('is idempotent, with the same key and with another', async () => {
    const held = await hold()
    booking.payment.capture(held)
    const key = randomUUID()
    const first = await confirm(held.id, key)

    expect((await confirm(held.id, key)).text).toBe(first.text)
    expect((await confirm(held.id)).text).toBe(first.text)
  })

  it('requires a payment, and allows a retry with the same key', async () => {
    const held = await hold()
    const key = randomUUID()
    expect(problem(await confirm(held.id, key))).toBe('402 payment-required')
    booking.payment.capture(held, { status: 'refunded' })
    expect(problem(await confirm(held.id, key))).toBe('402 payment-required')
    booking.payment.capture(held)

    expect((await confirm(held.id, key)).status).toBe(200)
  })

  it.each([
    ['less', { amount: 2399 }],
    ['more', { amount: 2401 }],
    ['another currency', { currency: 'USD' }],
  ])('refunds a payment of %s, which makes room for the right one', async (_what, fields) => {
    const held = await hold()
    const wrong = booking.payment.capture(held, fields)

    expect(problem(await confirm(held.id))).toBe('402 payment-required')

    expect(wrong.status).toBe('refunded')
    const refund = booking.payment.calls.find(({ path }) => path === `/payments/${wrong.id}/refund`)
    expect(refund?.headers['idempotency-key']).toBe(`refund-${wrong.id}`)
    const right = booking.payment.capture(held)
    expect((await confirm(held.id)).body).toMatchObject({ status: 'confirmed', paymentId: right.id })
  })

  it.each([
    ['down', 'reset', '503 dependency-unavailable'],
    ['slow', 'hang', '504 dependency-timeout'],
    ['failing', problemAnswer(500, 'internal-error'), '503 dependency-unavailable'],
    ['talking garbage', { status: 200, body: { items: [{}], next: null } }, '503 dependency-unavailable'],
  ] as const)('leaves the booking as it is while payment is %s', async (_how, broken, expected) => {
    const held = await hold()
    booking.payment.capture(held)
    booking.payment.broken = broken

    expect(problem(await confirm(held.id))).toBe(expected)

    expect(await read(held.id)).toEqual(held)
  })

  it('confirms when only the settlement fails', async () => {
    const held = await hold()
    booking.payment.capture(held)
    const { answer } = booking.payment
    booking.payment.answer = (call) => (call.path.endsWith('/settle') ? 'hang' : answer(call))
    try {
      expect((await confirm(held.id)).body.status).toBe('confirmed')
    } finally {
      booking.payment.answer = answer
    }
  })

  it('is refused for an expired or cancelled hold, even when it is paid', async () => {
    const [expired, cancelled] = [await hold(), await hold()]
    booking.payment.capture(expired)
    await booking.passTime([expired.id], 300)
    await post(booking.api, `/bookings/${cancelled.id}/cancel`)

    expect(problem(await confirm(expired.id))).toBe('409 booking-expired')
    expect(problem(await confirm(cancelled.id))).toBe('409 booking-cancelled')
    expect(problem(await confirm(randomUUID()))).toBe('404 not-found')
    expect(problem(await confirm('5'))).toBe('400 invalid-parameter')
  })

  it('is refused when the hold expires during the call to payment', async () => {
    const held = await hold()
    booking.payment.capture(held)
    const { answer } = booking.payment
    booking.payment.answer = async (call) => {
      await booking.passTime([held.id], 300)
      return answer(call)
    }
    const key = randomUUID()
    try {
      expect(problem(await confirm(held.id, key))).toBe('409 booking-expired')
      expect(problem(await confirm(held.id, key))).toBe('409 booking-expired')
    } finally {
      booking.payment.answer = answer
    }
  })

  it('confirms once under concurrency', async () => {
    const held = await hold()
    booking.payment.capture(held)

    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(held.id)))

    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(
      booking.logs.lines.filter(
        (line) => line['message'] === 'booking confirmed' && line['bookingId'] === held.id,
      ),
    ).toHaveLength(1)
  })

  it('and a concurrent cancel end in a cancelled and refunded booking', async () => {
    for (let round = 0; round < 10; round += 1) {
      const held = await hold({ quantity: 1 })
      const payment = booking.payment.capture(held)

      await Promise.all([confirm(held.id), post(booking.api, `/bookings/${held.id}/cancel`)])

      expect(await read(held.id)).toMatchObject({ status: 'cancelled', refund: 'done' })
      expect(payment.status).toBe('refunded')
    }
  })
})
