import type { Booking } from '@matinee/contracts/booking'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, Snapshot } from './context.ts'

/** @throws ProblemError `not-found` */
export async function findSnapshot({ bookings }: Context, id: string): Promise<Snapshot> {
  const snapshot = await bookings.find(id)
  if (!snapshot) throw new ProblemError('not-found', `There is no booking ${id}.`)
  return snapshot
}

/** @throws ProblemError `not-found` */
export async function findBooking(context: Context, id: string): Promise<Booking> {
  return (await findSnapshot(context, id)).booking
}

/** @throws ProblemError `not-found` */
export async function findByReference(
  { bookings }: Context,
  { reference, email }: { reference: string; email: string },
): Promise<Booking> {
  const snapshot = await bookings.findByReference(reference, email)
  if (!snapshot) throw new ProblemError('not-found', 'No booking has this reference and e-mail address.')
  return snapshot.booking
}
