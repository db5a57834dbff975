import type { Booking } from '@matinee/contracts/booking'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from './context.ts'
import { findBooking } from './find-booking.ts'
import { refundBooking } from './refund-payment.ts'

/**
 * Cancels a booking and gives its payment back; when payment does not answer, the refund stays pending and the reconciler
 * sees to it. Cancelling twice changes nothing. The answer is kept by the last step, which alone knows it.
 *
 * @throws ProblemError `not-found`, `booking-expired`, `cancelled-too-late`
 */
export async function cancelBooking(context: Context, id: string, claim: Claim): Promise<Booking> {
  assertTimeLeft()
  const booking = await cancel(context, id)
  if (booking.refund === 'pending') {
    try {
      return await refundBooking(context, booking, claim)
    } catch (error) {
      context.events.refundFailed(booking, error)
    }
  }
  return await cancel(context, id, claim)
}

async function cancel(context: Context, id: string, claim?: Claim): Promise<Booking> {
  const cancelled = await context.bookings.cancel(id, claim)
  if (cancelled) {
    if (cancelled.changed) context.events.bookingCancelled(cancelled.booking)
    return cancelled.booking
  }
  const { status } = await findBooking(context, id)
  if (status === 'expired') throw new ProblemError('booking-expired', 'The hold has expired.')
  throw new ProblemError('cancelled-too-late', 'The show has begun: it is too late to cancel.')
}
