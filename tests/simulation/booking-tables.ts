import type { Booking, BookingStatus } from '@matinee/contracts/booking'
import type { Client } from '@matinee/service-kit/http/context'
import type { SeatPlan } from '../../apps/booking/src/domain/screening.ts'
import type { KeyTable } from './key-store.ts'

/** A row of `bookings`; times by the database's clock, in ms. */
export interface BookingRow {
  booking: Booking
  status: BookingStatus
  screening: string
  /** The e-mail address in lower case and without its tag. */
  email: string
  client: Client | undefined
  expiresAt: number
  checkAfter: number
  paymentId: string | null
  confirmedAt: number | null
  refund: 'pending' | 'done' | null
  updatedAt: number
}

/** The tables of booking's database. */
export interface BookingTables {
  bookings: Map<string, BookingRow>
  screenings: Map<string, SeatPlan>
  /** Booking ids by the primary key of `taken_seats`. */
  takenSeats: Map<string, string>
  keys: KeyTable
}

export function createBookingTables(): BookingTables {
  return { bookings: new Map(), screenings: new Map(), takenSeats: new Map(), keys: new Map() }
}

export const seatRow = (screening: string, seat: string) => `seat ${screening} ${seat}`

export function seatOf(row: string): { screening: string; seat: string } {
  const end = row.lastIndexOf(' ')
  return { screening: row.slice('seat '.length, end), seat: row.slice(end + 1) }
}

/** Whether a booking has its seats. */
export function isLive({ status, expiresAt }: BookingRow, now: number): boolean {
  return status === 'confirmed' || (status === 'pending' && expiresAt > now)
}

/** The booking as an answer shows it: expired once it is past its time, swept or not. */
export function toBooking(row: BookingRow, now: number): Booking {
  const { expiresAt: _expiresAt, ...fixed } = row.booking
  const status = row.status === 'pending' && row.expiresAt <= now ? 'expired' : row.status
  return {
    ...fixed,
    status,
    ...(status === 'pending' && { expiresAt: new Date(row.expiresAt).toISOString() }),
    ...(row.paymentId !== null && { paymentId: row.paymentId }),
    ...(row.refund !== null && { refund: row.refund }),
    updatedAt: new Date(row.updatedAt).toISOString(),
  }
}
