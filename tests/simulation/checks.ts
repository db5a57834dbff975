import { holdSeconds } from './booking.ts'
import { isLive, seatRow } from './booking-tables.ts'
import type { BookingRow, BookingTables } from './booking-tables.ts'
import type { Ledger } from './ledger.ts'
import type { PaymentRow, PaymentTables, Processor } from './payment-tables.ts'

/** Everything there is to see, for one who sees everything. */
export interface Scene {
  booking: BookingTables
  payment: PaymentTables
  processor: Processor
  ledger: Ledger
  now: () => number
  bookingClock: () => number
  faultsEndMs: number
}

export interface Checks {
  /** Looks at everything, after each commit. */
  observe: () => void
  /** Whether nothing is left to be done. */
  isSettled(): boolean
  /** Looks back, when all is over. @returns what was wrong, with the number of its invariant in `reliability.md` */
  conclude(): string[]
}

const forward: Record<string, string[]> = {
  pending: ['confirmed', 'expired', 'cancelled'],
  confirmed: ['cancelled'],
  processing: ['captured', 'declined', 'voided'],
  captured: ['refunded'],
}
const graceMs = 60_000

export function createChecks(scene: Scene): Checks {
  const { booking, payment, processor, ledger, now, faultsEndMs } = scene
  const { bookings, takenSeats } = booking
  const { payments } = payment
  const violations = new Set<string>()
  const statuses = new Map<string, string>()
  /** When each captured payment had found its place. */
  const placedAt = new Map<string, number>()

  const capturedFor = (id: string) =>
    [...payments.values()].filter(({ record }) => record.bookingId === id && record.status === 'captured')

  function checkStatus(id: string, status: string): void {
    const before = statuses.get(id)
    if (before !== undefined && before !== status && !forward[before]?.includes(status)) {
      violations.add(`7: ${id} went from ${before} to ${status}`)
    }
    statuses.set(id, status)
  }

  function checkPaid({ booking: { id, amount, currency }, paymentId }: BookingRow): void {
    const [paid, ...others] = capturedFor(id)
    const isRight =
      paid?.record.id === paymentId && paid.record.amount === amount && paid.record.currency === currency
    if (!isRight || others.length > 0 || processor.refunds.has(paid.record.id)) {
      violations.add(`2: ${id} is confirmed without exactly one captured payment of ${amount}`)
    }
  }

  function checkSeats(): void {
    const sold = new Map<string, string>()
    for (const row of bookings.values()) {
      if (!isLive(row, scene.bookingClock())) continue
      for (const seat of row.booking.seats.map((name) => seatRow(row.screening, name))) {
        const other = sold.get(seat)
        if (other !== undefined) violations.add(`1: ${seat} belongs to ${other} and to ${row.booking.id}`)
        if (takenSeats.get(seat) !== row.booking.id) violations.add(`1: ${row.booking.id} has lost ${seat}`)
        sold.set(seat, row.booking.id)
      }
    }
  }

  function isPlaced({ record }: PaymentRow): boolean {
    const owner = bookings.get(record.bookingId)
    return record.status === 'captured'
      ? owner?.status === 'confirmed' && owner.paymentId === record.id
      : record.status !== 'refunded' || processor.refunds.has(record.id)
  }

  function checkKeys(): void {
    const holds = Map.groupBy(bookings.values(), ({ key }) => key)
    for (const [key, made] of holds) {
      if (made.length > 1) violations.add(`4: key ${key} made ${made.length} bookings`)
    }
    const charged = [...payments.values()].filter(
      ({ record: { id }, idempotencyKey }) =>
        idempotencyKey !== null && processor.charges.get(id)?.outcome === 'captured',
    )
    for (const [key, made] of Map.groupBy(charged, ({ idempotencyKey }) => idempotencyKey)) {
      if (made.length > 1) violations.add(`4: key ${String(key)} charged ${made.length} times`)
    }
  }

  function checkAcknowledged(): void {
    const expected: Record<string, (id: string) => boolean> = {
      createBooking: (id) => bookings.has(id),
      confirmBooking: (id) => {
        const row = bookings.get(id)
        return row !== undefined && row.paymentId !== null && ['confirmed', 'cancelled'].includes(row.status)
      },
      cancelBooking: (id) => bookings.get(id)?.status === 'cancelled',
      createPayment: (id) => ['captured', 'refunded'].includes(payments.get(id)?.record.status ?? ''),
    }
    for (const { operation, body } of ledger.acknowledged) {
      const id = String(body['id'])
      if (expected[operation]?.(id) === false)
        violations.add(`6: ${operation} of ${id} was answered, and is lost`)
    }
  }

  function checkMoney(): void {
    for (const [id, { outcome, at }] of processor.charges) {
      if (outcome !== 'captured') continue
      const row = payments.get(id)
      const isAtItsEnd = row?.record.status === 'captured' || row?.record.status === 'refunded'
      const latest = Math.max(at, faultsEndMs) + graceMs
      if (!row || !isAtItsEnd || !isPlaced(row)) violations.add(`3: payment ${id} is captured, and nobody's`)
      else if ((placedAt.get(id) ?? Infinity) > latest)
        violations.add(`3: payment ${id} had to wait for its place`)
    }
    for (const id of processor.refunds.keys()) {
      if (payments.get(id)?.record.status !== 'refunded')
        violations.add(`2: payment ${id} was given back, and still counts`)
    }
    const charged = [...processor.charges].filter(([, { outcome }]) => outcome === 'captured')
    const kept = charged.filter(([id]) => !processor.refunds.has(id))
    const total = kept.reduce((sum, [id]) => sum + (payments.get(id)?.record.amount ?? 0), 0)
    const confirmed = [...bookings.values()].filter(({ status }) => status === 'confirmed')
    const owed = confirmed.reduce((sum, row) => sum + row.booking.amount, 0)
    if (total !== owed) violations.add(`8: ${total} is kept, for confirmed bookings of ${owed}`)
  }

  return {
    observe() {
      for (const [id, row] of bookings) {
        checkStatus(id, row.status)
        if (row.status === 'confirmed') checkPaid(row)
        if (row.status === 'pending' && row.expiresAt > scene.bookingClock() + holdSeconds * 1_000) {
          violations.add(`5: ${id} is held for too long by the database's clock`)
        }
      }
      for (const [id, row] of payments) {
        checkStatus(id, row.record.status)
        const isPlacedNow = row.record.status !== 'processing' && isPlaced(row)
        if (isPlacedNow && !placedAt.has(id)) placedAt.set(id, now())
      }
      checkSeats()
    },

    isSettled: () =>
      [...bookings.values()].every(({ status, refund }) => status !== 'pending' && refund !== 'pending') &&
      [...payments.values()].every(
        (row) =>
          row.record.status !== 'processing' &&
          isPlaced(row) &&
          (row.record.status !== 'captured' || row.settledAt !== null) &&
          (row.record.status !== 'refunded' || row.returnedAt !== null),
      ),

    conclude() {
      checkKeys()
      checkAcknowledged()
      checkMoney()
      for (const {
        booking: { id },
        status,
        refund,
      } of bookings.values()) {
        if (status === 'pending') violations.add(`5: ${id} is still held`)
        if (refund === 'pending') violations.add(`3: the refund of ${id} never ends`)
      }
      for (const [seat, id] of takenSeats) {
        if (bookings.get(id)?.status !== 'confirmed') violations.add(`5: ${seat} is lost to ${id}`)
      }
      return [...violations, ...ledger.violations]
    },
  }
}
