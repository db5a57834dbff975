import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import { eventually } from '@matinee/test-kit/eventually'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { aScreening, post, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('the reconciler', () => {
  let booking: TestService
  let other: Awaited<ReturnType<TestService['startReplica']>>
  beforeAll(async () => {
    booking = await startService('reconcile', { CALL_TIMEOUT_MS: '1000' })
    other = await booking.startReplica()
  })
  afterAll(async () => {
    await other.stop()
    await booking.stop()
  })
  beforeEach(() => {
    booking.payment.broken = undefined
  })

  async function hold(screening = aScreening(booking)) {
    return (await post(booking.api, '/bookings', screening.input())).body as Booking
  }
  const read = async (id: string) => (await booking.api.get(`/bookings/${id}`)).body as Booking
  /** A payment that is old enough to be listed as unsettled. */
  function captureOld(paid: Pick<Booking, 'id' | 'amount' | 'currency'>, fields: object = {}) {
    const payment = booking.payment.capture(paid, fields)
    booking.payment.old.add(payment.id)
    return payment
  }
  const stored = async (id: string) =>
    (await booking.database.query<{ status: string }>('SELECT status FROM bookings WHERE id = $1', [id]))
      .rows[0]?.status

  it('expires holds in time, once, and frees their seats', async () => {
    const screening = aScreening(booking)
    const held = await hold(screening)

    await booking.passTime([held.id], 300)

    await eventually(async () => {
      expect(await stored(held.id)).toBe('expired')
    })
    const { rowCount } = await booking.database.query('SELECT FROM taken_seats WHERE booking_id = $1', [
      held.id,
    ])
    expect(rowCount).toBe(0)
    const { expiresAt: _expiresAt, ...kept } = held
    expect(await read(held.id)).toEqual({ ...kept, status: 'expired', updatedAt: expect.any(String) })
    expect(
      booking.logs.lines.filter(
        (line) => line['message'] === 'booking expired' && line['bookingId'] === held.id,
      ),
    ).toHaveLength(1)
  })

  it('confirms a paid hold before it expires', async () => {
    const held = await hold()
    const payment = booking.payment.capture(held)

    await booking.passTime([held.id], 297)

    await eventually(async () => {
      expect(await read(held.id)).toMatchObject({ status: 'confirmed', paymentId: payment.id })
      expect(booking.payment.settled).toContain(payment.id)
    })
  })

  it('confirms and settles a paid hold that nobody confirms', async () => {
    const held = await hold()
    const payment = captureOld(held)

    await eventually(async () => {
      expect(await read(held.id)).toMatchObject({ status: 'confirmed', paymentId: payment.id })
      expect(booking.payment.settled).toContain(payment.id)
    })
  })

  it('settles a payment whose confirmation failed to settle it', async () => {
    const held = await hold()
    const payment = booking.payment.capture(held)
    await post(booking.api, `/bookings/${held.id}/confirm`)
    booking.payment.settled.delete(payment.id)
    booking.payment.old.add(payment.id)

    await eventually(() => {
      expect(booking.payment.settled).toContain(payment.id)
    })
    expect(payment.status).toBe('captured')
  })

  it('refunds every payment that fits no booking', async () => {
    const [expired, cancelled, cheap, twice] = [await hold(), await hold(), await hold(), await hold()]
    await booking.passTime([expired.id], 300)
    await post(booking.api, `/bookings/${cancelled.id}/cancel`)
    const kept = booking.payment.capture(twice)
    await post(booking.api, `/bookings/${twice.id}/confirm`)

    const strays = [
      captureOld({ id: randomUUID(), amount: 1200, currency: 'EUR' }),
      captureOld(expired),
      captureOld(cancelled),
      captureOld(cheap, { amount: 1 }),
      captureOld(twice),
    ]

    await eventually(() => {
      expect(strays.map(({ status }) => status)).toEqual(strays.map(() => 'refunded'))
    })
    expect(kept.status).toBe('captured')
    expect(await read(twice.id)).toMatchObject({ status: 'confirmed', paymentId: kept.id })
    expect(await read(cheap.id)).toMatchObject({ status: 'pending' })
  })

  it('refunds several payments at once, and goes on after one that fails', async () => {
    const { answer } = booking.payment
    const strays = Array.from({ length: 24 }, () =>
      captureOld({ id: randomUUID(), amount: 1200, currency: 'EUR' }),
    )
    const [odd, ...others] = strays
    let inFlight = 0
    let most = 0
    booking.payment.answer = async (call) => {
      if (call.method === 'GET') return answer(call)
      inFlight += 1
      most = Math.max(most, inFlight)
      await sleep(50)
      inFlight -= 1
      return call.path.includes(odd?.id ?? '') ? problemAnswer(500, 'internal-error') : answer(call)
    }

    await eventually(() => {
      expect(others.map(({ status }) => status)).toEqual(others.map(() => 'refunded'))
    })
    expect(odd?.status).toBe('captured')
    // Two replicas, eight at once each.
    expect(most).toBeGreaterThan(2)
    expect(most).toBeLessThanOrEqual(16)
    booking.payment.answer = answer
    await eventually(() => {
      expect(odd?.status).toBe('refunded')
    }, 15_000)
  })

  it('backs off while payment is down, and resumes once it is back', async () => {
    booking.payment.broken = 'reset'
    const held = await hold()
    const payment = captureOld(held)
    const calls = booking.payment.calls.length
    await eventually(() => {
      expect(booking.payment.calls.length).toBeGreaterThan(calls)
      expect(booking.logs.lines).toContainEqual(
        expect.objectContaining({ message: 'job failing', job: 'settle payments' }),
      )
    })
    expect(booking.payment.calls.length - calls).toBeLessThan(20)

    booking.payment.broken = undefined

    await eventually(async () => {
      expect(await read(held.id)).toMatchObject({ status: 'confirmed', paymentId: payment.id })
    }, 15_000)
  })

  it('finishes the refund of a cancellation whose process died', async () => {
    const held = await hold()
    const payment = booking.payment.capture(held)
    await post(booking.api, `/bookings/${held.id}/confirm`)
    await booking.database.query(
      `WITH b AS (UPDATE bookings SET status = 'cancelled', refund = 'pending', check_after = now() WHERE id = $1)
       DELETE FROM taken_seats WHERE booking_id = $1`,
      [held.id],
    )

    await eventually(async () => {
      expect(await read(held.id)).toMatchObject({ status: 'cancelled', refund: 'done' })
    })
    expect(payment.status).toBe('refunded')
  })

  it('deletes expired idempotency keys', async () => {
    const key = randomUUID()
    await post(booking.api, '/bookings', aScreening(booking).input(), key)
    await booking.database.query(
      `UPDATE idempotency_keys SET created_at = now() - interval '26 hours' WHERE key = $1`,
      [key],
    )
    const third = await booking.startReplica()
    try {
      await eventually(async () => {
        expect(
          (await booking.database.query('SELECT FROM idempotency_keys WHERE key = $1', [key])).rowCount,
        ).toBe(0)
      })
    } finally {
      await third.stop()
    }
  })
})
