import type { Booking } from '@matinee/contracts/booking'
import type { Context } from './context.ts'

/** Expires the holds that are past their time, which frees their seats. */
export async function expireHolds(context: Context): Promise<Booking[]> {
  const expired = await context.bookings.expire()
  for (const booking of expired) context.events.bookingExpired(booking)
  return expired
}
