import { bookingsApi } from '@matinee/contracts/booking'
import type { Booking, BookingInput } from '@matinee/contracts/booking'
import type { Services } from './context.ts'
import { contentKey, retryWhileInUse } from './idempotency.ts'

/** Holds seats. A form submitted again holds them once; edited and submitted again, it makes another hold. */
export async function holdSeats(
  { booking }: Services,
  body: BookingInput,
  formKey: string,
): Promise<Booking> {
  const idempotencyKey = contentKey(formKey, body)
  return await retryWhileInUse(() => booking.call(bookingsApi.createBooking, { body, idempotencyKey }))
}
