import type { Booking } from '@matinee/contracts/booking'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Context } from './context.ts'

/** Gives a payment back. Doing it twice gives it back once. */
export async function refundPayment({ payments, events }: Context, paymentId: string): Promise<void> {
  await payments.refund(paymentId)
  events.paymentRefunded(paymentId)
}

/**
 * Gives back what was paid for a cancelled booking: its payment, or those made for it that it was never confirmed with.
 *
 * @returns the booking with its refund ended
 * @throws ProblemError `dependency-unavailable` or `dependency-timeout`; the refund is still pending then
 */
export async function refundBooking(context: Context, booking: Booking, claim?: Claim): Promise<Booking> {
  const { bookings, payments } = context
  const paid = booking.paymentId
    ? [{ id: booking.paymentId, status: 'captured' as const }]
    : await payments.of(booking.id)
  for (const { id, status } of paid) if (status === 'captured') await refundPayment(context, id)
  return await bookings.endRefund(booking.id, paid.length > 0 ? 'done' : null, claim)
}
