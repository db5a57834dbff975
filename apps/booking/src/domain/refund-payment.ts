import type { Booking } from '@matinee/contracts/booking'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Context, Snapshot } from './context.ts'

/** Refunds a payment; a second time changes nothing. */
export async function refundPayment({ payments, events }: Context, paymentId: string): Promise<void> {
  await payments.refund(paymentId)
  events.paymentRefunded(paymentId)
}

/**
 * Refunds what was paid for a cancelled booking: its payment, or those made for it if it was never confirmed.
 *
 * @throws ProblemError `dependency-unavailable` or `dependency-timeout`; the refund stays pending
 */
export async function refundBooking(context: Context, cancelled: Snapshot, claim?: Claim): Promise<Booking> {
  const { bookings, payments } = context
  const { booking } = cancelled
  const paid = booking.paymentId
    ? [{ id: booking.paymentId, status: 'captured' as const }]
    : await payments.of(booking.id)
  for (const { id, status } of paid) if (status === 'captured') await refundPayment(context, id)
  return await bookings.endRefund(cancelled, paid.length > 0 ? 'done' : null, claim)
}
