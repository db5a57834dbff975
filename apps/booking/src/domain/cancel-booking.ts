import type { Booking } from '@matinee/contracts/booking'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Change, Context } from './context.ts'
import { readBooking } from './read-bookings.ts'
import { refundBooking } from './refund-payment.ts'

/**
 * Cancels a booking and refunds its payment. When payment does not answer, the refund stays pending and the reconciler
 * finishes it. Cancelling twice changes nothing. The last step stores the answer, because only then is it known.
 *
 * @throws ProblemError `not-found`, `booking-expired`, `cancelled-too-late`
 */
export async function cancelBooking(context: Context, id: string, claim: Claim): Promise<Booking> {
  assertTimeLeft()
  const cancelled = await cancel(context, id)
  if (cancelled.booking.refund === 'pending') {
    try {
      return await refundBooking(context, cancelled, claim)
    } catch (error) {
      context.events.refundFailed(cancelled.booking, error)
    }
  }
  return await context.bookings.answerCancelled(id, claim)
}

async function cancel(context: Context, id: string): Promise<Change> {
  const cancelled = await context.bookings.cancel(id)
  if (cancelled) {
    if (cancelled.changed) context.events.bookingCancelled(cancelled.booking)
    return cancelled
  }
  const { status } = await readBooking(context, id)
  if (status === 'expired') throw new ProblemError('booking-expired', 'The hold has expired.')
  throw new ProblemError('cancelled-too-late', 'The show has begun: it is too late to cancel.')
}
