import type { Booking } from '@matinee/contracts/booking'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, Snapshot } from './context.ts'

/**
 * A booking, and the time by the database's clock.
 *
 * @throws ProblemError `not-found`
 */
export async function readSnapshot({ bookings }: Context, id: string): Promise<Snapshot> {
  const snapshot = await bookings.find(id)
  if (!snapshot) throw new ProblemError('not-found', `There is no booking ${id}.`)
  return snapshot
}

/** @throws ProblemError `not-found` */
export async function readBooking(context: Context, id: string): Promise<Booking> {
  return (await readSnapshot(context, id)).booking
}

/**
 * Finds a booking by what a customer knows of it; the e-mail address may differ in case.
 *
 * @throws ProblemError `not-found`
 */
export async function findBooking(
  { bookings }: Context,
  { reference, email }: { reference: string; email: string },
): Promise<Booking> {
  const snapshot = await bookings.findByReference(reference, email)
  if (!snapshot) throw new ProblemError('not-found', 'No booking has this reference and e-mail address.')
  return snapshot.booking
}
