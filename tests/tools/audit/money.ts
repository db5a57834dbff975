import { isOverdue } from './invariant.ts'
import type { Invariant, Offender } from './invariant.ts'
import { byId } from './rows.ts'
import type { Booking, Payment, Snapshot } from './rows.ts'

const isConfirmed = ({ status }: Booking) => status === 'confirmed'
const isCaptured = ({ status }: Payment) => status === 'captured'

export const paidExactly: Invariant = {
  rule: 'a confirmed booking has one captured payment of its amount',
  rows: 'confirmed bookings',
  count: ({ booking }) => booking.bookings.filter(isConfirmed).length,
  *offenders({ booking: { bookings }, payment: { payments } }) {
    const captured = Map.groupBy(payments.filter(isCaptured), ({ bookingId }) => bookingId)
    for (const booking of bookings.filter(isConfirmed)) {
      const row = `booking ${booking.id}`
      const [payment, ...more] = captured.get(booking.id) ?? []
      if (!payment) {
        yield { row, breaks: 'it is confirmed, and no payment for it is captured' }
        continue
      }
      if (more.length > 0) yield { row, breaks: `it is paid ${more.length + 1} times` }
      else if (payment.id !== booking.paymentId) {
        yield { row, breaks: `it names payment ${String(booking.paymentId)}, but ${payment.id} pays for it` }
      }
      const price = `${booking.amount} ${booking.currency}`
      const paid = `${payment.amount} ${payment.currency}`
      if (price !== paid) yield { row, breaks: `it costs ${price}, and its payment is of ${paid}` }
    }
  },
}

const capturedAgo = ({ chargedAgo, createdAgo }: Payment) => chargedAgo ?? createdAgo

/** Why a payment is not finished; undefined when it is, or still has time. */
function unfinished(snapshot: Snapshot, payment: Payment, booking: Booking | undefined): string | undefined {
  // The time starts again when a paid booking is cancelled.
  const waited = Math.min(capturedAgo(payment), booking?.updatedAgo ?? Infinity)
  if (payment.status === 'processing' && isOverdue(snapshot, payment.createdAgo)) {
    return 'it has been processing for more than 60 s'
  }
  if (payment.status === 'captured' && isOverdue(snapshot, waited)) {
    if (booking?.status !== 'confirmed') {
      return `it has been captured for more than 60 s, and its booking is ${booking?.status ?? 'not there'}`
    }
    if (booking.paymentId !== payment.id)
      return 'it has been captured for more than 60 s, next to another one'
  }
  if (payment.status === 'refunded' && !payment.isPaidBack && isOverdue(snapshot, payment.refundedAgo ?? 0)) {
    return 'it was refunded more than 60 s ago, and the card processor has not paid it back'
  }
  return undefined
}

/** How a payment differs from the card processor's record. */
function contradiction({ status, charge, isPaidBack }: Payment): string | undefined {
  const hasMoney = status === 'captured' || status === 'refunded'
  if (hasMoney && charge !== 'captured')
    return `it is ${status}, and the card processor never charged the card`
  if (!hasMoney && status !== 'processing' && charge === 'captured') {
    return `it is ${status}, and the card processor charged the card`
  }
  if (isPaidBack && status !== 'refunded') return `it is ${status}, and the card processor has paid it back`
  return undefined
}

export const moneyEnds: Invariant = {
  rule: 'a captured payment ends at a confirmed booking, or refunded',
  rows: 'payments',
  count: ({ payment }) => payment.payments.length,
  *offenders(snapshot) {
    const { payments, strayRequests } = snapshot.payment
    const booked = byId(snapshot.booking.bookings)
    for (const { id, refund, updatedAgo } of booked.values()) {
      if (refund === 'pending' && isOverdue(snapshot, updatedAgo)) {
        yield { row: `booking ${id}`, breaks: 'its refund has been pending for more than 60 s' }
      }
    }
    for (const payment of payments) {
      const row = `payment ${payment.id}`
      const booking = booked.get(payment.bookingId)
      const isRefunded = booking?.status === 'cancelled' && booking.refund === 'done'
      // A payment that came after the refund is one for no booking: it has its 60 s.
      if (isRefunded && isCaptured(payment) && capturedAgo(payment) > booking.updatedAgo) {
        yield { row, breaks: `booking ${booking.id} counts it as refunded, and it is captured` }
      }
      for (const breaks of [unfinished(snapshot, payment, booking), contradiction(payment)]) {
        if (breaks) yield { row, breaks }
      }
    }
    for (const id of strayRequests) {
      yield { row: `processor request ${id}`, breaks: 'it belongs to no payment' }
    }
  },
}

function* sumsByCurrency(snapshot: Snapshot) {
  const { booking, payment } = snapshot
  const booked = byId(booking.bookings)
  const confirmed = booking.bookings.filter(isConfirmed)
  const paidFor = new Set(confirmed.map(({ paymentId }) => paymentId))
  const charged = payment.payments.filter(({ charge, isPaidBack }) => charge === 'captured' && !isPaidBack)
  // Nobody has claimed it yet, or it is on its way back.
  const isInFlight = ({ id, chargedAgo, refundedAgo, bookingId }: Payment) => {
    const changedAgo = booked.get(bookingId)?.updatedAgo ?? Infinity
    const waited = Math.min(chargedAgo ?? 0, refundedAgo ?? Infinity, changedAgo)
    return !paidFor.has(id) && !isOverdue(snapshot, waited)
  }
  const sum = (rows: { amount: number }[]) => rows.reduce((total, { amount }) => total + amount, 0)
  for (const currency of new Set([...confirmed, ...charged].map((row) => row.currency))) {
    const own = (row: { currency: string }) => row.currency === currency
    const settled = charged.filter((row) => own(row) && !isInFlight(row))
    yield { currency, taken: sum(settled), owed: sum(confirmed.filter(own)) }
  }
}

export const totalsAgree: Invariant = {
  rule: 'captured minus refunded is the total of the confirmed bookings',
  rows: 'confirmed bookings and charges',
  count: ({ booking, payment }) =>
    booking.bookings.filter(isConfirmed).length +
    payment.payments.filter(({ charge }) => charge === 'captured').length,
  *offenders(snapshot): Generator<Offender> {
    for (const { currency, taken, owed } of sumsByCurrency(snapshot)) {
      if (taken === owed) continue
      const [more, less] = taken > owed ? ['taken', 'owed'] : ['owed', 'taken']
      yield {
        row: `the total in ${currency}`,
        breaks: `${Math.abs(taken - owed)} more is ${more} than ${less}`,
      }
    }
  },
}
