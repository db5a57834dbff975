import { answered, nameOf } from './answers.ts'
import type { KeptAnswer } from './answers.ts'
import type { Invariant } from './invariant.ts'
import { byId } from './rows.ts'
import type { Booking, Payment } from './rows.ts'

/** What is impossible about a row's state; undefined when nothing is. */
function impossibleBooking({
  status,
  paymentId,
  refund,
  updatedAgo,
  confirmedAgo,
  expiredAgo,
}: Booking): string | undefined {
  if (status === 'pending' && (paymentId !== null || refund !== null)) {
    return 'it is pending, and has been paid or refunded'
  }
  if (status === 'confirmed' && (paymentId === null || refund !== null)) {
    return 'it is confirmed, and not paid or already refunded'
  }
  if (confirmedAgo !== null && confirmedAgo < expiredAgo) return 'it was confirmed after the end of its hold'
  if (status === 'expired' && (paymentId !== null || refund !== null)) {
    return 'it is expired, and was confirmed or cancelled before'
  }
  if (status === 'expired' && expiredAgo - updatedAgo < -1) return 'it expired before the end of its hold'
  if (status === 'cancelled' && paymentId !== null && refund === null) {
    return 'it is cancelled, and its payment is not to be refunded'
  }
  return undefined
}

function impossiblePayment({ status, refundedAgo, isReturned, isSettled }: Payment): string | undefined {
  if ((status === 'refunded') !== (refundedAgo !== null))
    return `it is ${status}, and its refund says otherwise`
  if (isReturned && status !== 'refunded') return `it is ${status}, and was given back`
  if (isSettled && status !== 'captured' && status !== 'refunded') {
    return `it is ${status}, and was settled before`
  }
  return undefined
}

/** The states that may follow what was answered, by operation. */
const after: Record<string, string[]> = {
  createBooking: ['pending', 'confirmed', 'expired', 'cancelled'],
  confirmBooking: ['confirmed', 'cancelled'],
  cancelBooking: ['cancelled'],
  createPayment: ['captured', 'refunded'],
  refundPayment: ['refunded'],
}

function wentBack({ operation, answer }: KeptAnswer, now?: Booking | Payment): string | undefined {
  if (!now) return undefined // a lost answer breaks another rule
  if (!after[operation]?.includes(now.status))
    return `it was answered ${answer.status}, and is ${now.status} now`
  const refund = 'refund' in now ? now.refund : null
  return answer.refund === 'done' && refund !== 'done'
    ? 'its refund was answered as done, and is not'
    : undefined
}

export const statesGoForward: Invariant = {
  rule: 'states only go forward',
  rows: 'bookings and payments',
  count: ({ booking, payment }) => booking.bookings.length + payment.payments.length,
  *offenders(snapshot) {
    const { booking, payment } = snapshot
    for (const row of booking.bookings) {
      const breaks = impossibleBooking(row)
      if (breaks) yield { row: `booking ${row.id}`, breaks }
    }
    for (const row of payment.payments) {
      const breaks = impossiblePayment(row)
      if (breaks) yield { row: `payment ${row.id}`, breaks }
    }
    const rows = new Map([...byId<Booking | Payment>(booking.bookings), ...byId(payment.payments)])
    for (const kept of answered(snapshot)) {
      const breaks = wentBack(kept, rows.get(kept.answer.id))
      if (breaks) yield { row: nameOf(kept), breaks }
    }
  },
}
