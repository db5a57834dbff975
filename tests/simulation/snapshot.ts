import type { Key, Snapshot } from '../tools/audit/rows.ts'
import { seatLimits } from './booking.ts'
import { seatOf } from './booking-tables.ts'
import type { BookingTables } from './booking-tables.ts'
import { clientOf } from './customers.ts'
import type { KeyTable } from './key-store.ts'
import type { PaymentTables, Processor } from './payment-tables.ts'

/** The simulated databases, with the clock of each in ms. */
export interface Tables {
  booking: BookingTables
  bookingClock: () => number
  payment: PaymentTables
  paymentClock: () => number
  processor: Processor
  processorClock: () => number
}

function keysOf(table: KeyTable, now: number): Key[] {
  return Array.from(table, ([name, { leaseUntil, answer }]) => {
    const [, operation = '', ...key] = name.split(' ')
    const { status = null, body = null } = answer ?? {}
    return { operation, key: key.join(' '), status, body, leaseLeft: leaseUntil - now }
  })
}

/**
 * What the audit would read from real databases.
 *
 * @param laterMs how much later it would read it, if nothing more happened
 */
export function takeSnapshot(tables: Tables, laterMs = 0): Snapshot {
  const { booking, payment, processor } = tables
  const [bookingNow, paymentNow, processorNow] = [
    tables.bookingClock() + laterMs,
    tables.paymentClock() + laterMs,
    tables.processorClock() + laterMs,
  ]
  return {
    booking: {
      seatLimits,
      bookings: Array.from(booking.bookings.values(), (row) => ({
        id: row.booking.id,
        reference: row.booking.reference,
        status: row.status,
        screening: row.screening,
        seats: row.booking.seats,
        amount: row.booking.amount,
        currency: row.booking.currency,
        paymentId: row.paymentId,
        refund: row.refund,
        createdAgo: bookingNow - Date.parse(row.booking.createdAt),
        updatedAgo: bookingNow - row.updatedAt,
        confirmedAgo: row.confirmedAt === null ? null : bookingNow - row.confirmedAt,
        expiredAgo: bookingNow - row.expiresAt,
        // Whose it is, not what the row says.
        client: clientOf(row.booking.customer.name),
      })),
      takenSeats: Array.from(booking.takenSeats, ([row, bookingId]) => ({ ...seatOf(row), bookingId })),
      keys: keysOf(booking.keys, bookingNow),
    },
    payment: {
      payments: Array.from(payment.payments.values(), ({ record, idempotencyKey, settledAt, returnedAt }) => {
        const charge = processor.charges.get(record.id)
        return {
          id: record.id,
          bookingId: record.bookingId,
          amount: record.amount,
          currency: record.currency,
          status: record.status,
          key: idempotencyKey,
          createdAgo: paymentNow - record.createdAt.getTime(),
          refundedAgo: record.refundedAt && paymentNow - record.refundedAt.getTime(),
          isSettled: settledAt !== null,
          isReturned: returnedAt !== null,
          charge: charge?.outcome ?? null,
          chargedAgo: charge ? processorNow - charge.at : null,
          isPaidBack: processor.refunds.has(record.id),
        }
      }),
      strayRequests: [...processor.charges.keys(), ...processor.refunds.keys()].filter(
        (id) => !payment.payments.has(id),
      ),
      keys: keysOf(payment.keys, paymentNow),
    },
  }
}
