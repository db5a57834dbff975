import type { Booking } from '@matinee/contracts/booking'
import { assertTimeLeft } from '@matinee/service-kit/context'
import { ProblemError } from '@matinee/service-kit/problem'
import type { Context } from './context.ts'
import { findBooking } from './find-booking.ts'
import { refundBooking } from './refund-payment.ts'

/**
 * Cancels a booking and gives its payment back; when payment does not answer, the refund stays pending and the reconciler
 * sees to it. Cancelling twice changes nothing.
 *
 * @throws ProblemError `not-found`, `booking-expired`, `cancelled-too-late`
 */
export async function cancelBooking(context: Context, id: string): Promise<Booking> {
  assertTimeLeft()
  const cancelled = await context.bookings.cancel(id)
  if (cancelled) context.events.bookingCancelled(cancelled)
  const booking = cancelled ?? (await findBooking(context, id))
  if (booking.status === 'expired') throw new ProblemError('booking-expired', 'The hold has expired.')
  if (booking.status !== 'cancelled') {
    throw new ProblemError('cancelled-too-late', 'The show has begun: it is too late to cancel.')
  }
  if (booking.refund !== 'pending') return booking
  try {
    return await refundBooking(context, booking)
  } catch (error) {
    context.events.refundFailed(booking, error)
    return booking
  }
}
