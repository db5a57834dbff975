import type { Booking } from '@matinee/contracts/booking'
import type { Payment } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, Snapshot } from './context.ts'
import { readSnapshot } from './read-bookings.ts'
import { refundPayment } from './refund-payment.ts'

/** Whether a payment pays for a booking: captured, and exactly its amount. */
export function pays(payment: Payment, booking: Booking): boolean {
  return (
    payment.status === 'captured' &&
    payment.amount === booking.amount &&
    payment.currency === booking.currency
  )
}

/**
 * Confirms a booking that is paid. Confirming twice changes nothing.
 *
 * @throws ProblemError `not-found`, `payment-required`, `booking-expired`, `booking-cancelled`
 */
export async function confirmBooking(context: Context, id: string, claim: Claim): Promise<Booking> {
  const snapshot = await readSnapshot(context, id)
  const { booking } = snapshot
  if (booking.status === 'expired') {
    throw new ProblemError('booking-expired', 'The hold has expired. A payment made for it is refunded.')
  }
  if (booking.status === 'cancelled') {
    throw new ProblemError(
      'booking-cancelled',
      'The booking is cancelled. A payment made for it is refunded.',
    )
  }
  const paymentId = booking.paymentId ?? (await findPayment(context, booking)).id
  assertTimeLeft()
  // Null if it has been cancelled or has expired since it was read: then the second attempt says which.
  return (
    (await confirmPaid(context, snapshot, paymentId, claim)) ?? (await confirmBooking(context, id, claim))
  )
}

/**
 * Confirms a booking with the payment that pays for it; confirming twice changes nothing.
 *
 * @returns null when it is cancelled or has expired
 */
export async function confirmPaid(
  { bookings, payments, events }: Context,
  snapshot: Snapshot,
  paymentId: string,
  claim?: Claim,
): Promise<Booking | null> {
  const confirmed = await bookings.confirm(snapshot, paymentId, claim)
  if (confirmed?.changed) {
    events.bookingConfirmed(confirmed.booking)
    // Nobody waits for this: if it fails, the reconciler settles it.
    payments.settle(paymentId).catch((error: unknown) => {
      events.settleFailed(error)
    })
  }
  return confirmed && confirmed.booking
}

async function findPayment(context: Context, booking: Booking): Promise<Payment> {
  const captured = (await context.payments.of(booking.id)).filter(({ status }) => status === 'captured')
  const payment = captured.find((candidate) => pays(candidate, booking))
  if (payment) return payment
  for (const { id } of captured) await refundPayment(context, id)
  throw new ProblemError(
    'payment-required',
    captured.length > 0
      ? 'The payment was for another amount and is refunded. Pay the exact amount.'
      : 'The booking is not paid yet.',
  )
}
