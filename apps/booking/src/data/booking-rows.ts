import type { Booking, BookingStatus } from '@matinee/contracts/booking'
import type { Snapshot } from '../domain/context.ts'

/** Whether a booking `b` has its seats. */
export const isLive = `(b.status = 'confirmed' OR b.status = 'pending' AND b.expires_at > clock_timestamp())`

/** The columns of a booking `b`, its status as of now whether or not it has been swept. */
export const columns = `
  clock_timestamp() AS now, b.id, b.reference,
  CASE WHEN b.status = 'pending' AND b.expires_at <= clock_timestamp() THEN 'expired' ELSE b.status::text END AS status,
  b.movie_id AS "movieId", b.movie_title AS "movieTitle",
  b.theatre_id AS "theatreId", b.theatre_name AS "theatreName", b.theatre_city AS "theatreCity",
  b.screen, b.showtime, b.seats, b.amount, b.currency,
  b.customer_name AS "customerName", b.customer_email AS "customerEmail",
  b.expires_at AS "expiresAt", b.payment_id AS "paymentId", b.refund,
  b.created_at AS "createdAt", b.updated_at AS "updatedAt"`

export interface BookingRow {
  now: Date
  id: string
  reference: string
  status: BookingStatus
  movieId: string
  movieTitle: string
  theatreId: string
  theatreName: string
  theatreCity: string
  screen: string
  showtime: Date
  seats: string[]
  amount: number
  currency: string
  customerName: string
  customerEmail: string
  expiresAt: Date
  paymentId: string | null
  refund: 'pending' | 'done' | null
  createdAt: Date
  updatedAt: Date
}

export function toSnapshot(row: BookingRow): Snapshot {
  const { id, reference, status, screen, seats, amount, currency } = row
  const booking: Booking = {
    id,
    reference,
    status,
    movie: { id: row.movieId, title: row.movieTitle },
    theatre: { id: row.theatreId, name: row.theatreName, city: row.theatreCity },
    screen,
    showtime: row.showtime.toISOString(),
    seats,
    amount,
    currency,
    customer: { name: row.customerName, email: row.customerEmail },
    ...(status === 'pending' && { expiresAt: row.expiresAt.toISOString() }),
    ...(row.paymentId !== null && { paymentId: row.paymentId }),
    ...(row.refund !== null && { refund: row.refund }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
  return { booking, now: row.now.toISOString() }
}

/**
 * A booking after a step, with its fields in the order of `toSnapshot`: answers are compared byte for byte. `updatedAt`
 * never goes back, though the database rounds times to milliseconds and reading them cuts them off.
 */
export function afterStep(
  { booking, now }: Snapshot,
  { status, paymentId, refund }: Pick<Booking, 'status' | 'paymentId' | 'refund'>,
): Booking {
  const { id, reference, movie, theatre, screen, showtime, seats, amount, currency, customer } = booking
  return {
    ...{ id, reference, status, movie, theatre, screen, showtime, seats, amount, currency, customer },
    ...(paymentId !== undefined && { paymentId }),
    ...(refund !== undefined && { refund }),
    createdAt: booking.createdAt,
    updatedAt: now > booking.updatedAt ? now : booking.updatedAt,
  }
}

/** Holds count together when they have the same key. */
export function emailKey(email: string): string {
  return email.toLowerCase()
}
