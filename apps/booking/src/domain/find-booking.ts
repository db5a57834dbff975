import type { Booking } from '@matinee/contracts/booking'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from './context.ts'

/** @throws ProblemError `not-found` */
export async function findBooking({ bookings }: Context, id: string): Promise<Booking> {
  const booking = await bookings.find(id)
  if (!booking) throw new ProblemError('not-found', `There is no booking ${id}.`)
  return booking
}
