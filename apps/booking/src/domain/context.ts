import type { Booking } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Payment } from '@matinee/contracts/payment'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Events } from '../events.ts'

/** All that the use cases need of the world. */
export interface Context {
  bookings: BookingStore
  screenings: ScreeningStore
  movies: { find(id: string): Promise<Movie | null>; all(): Promise<Movie[]> }
  theatres: { find(id: string): Promise<Theatre | null>; allOpen(): Promise<Theatre[]> }
  payments: PaymentClient
  events: Events
  holdSeconds: number
  newId(): string
  /** At least 0 and below 1. */
  random(): number
}

/** The seats of a screen: rows from A, seats from 1. */
export interface SeatPlan {
  screen: string
  rows: number
  seatsPerRow: number
}

export interface ScreeningKey {
  movieId: string
  theatreId: string
  showtime: string
}

/** What a hold has to know of a screening. Times are by the database's clock, ISO 8601 in UTC as everywhere. */
export interface View {
  now: string
  /** The first of the showtimes asked for that has not passed; null when all have. */
  showtime: string | null
  /** The seat plan of the screening's first hold; null before it. */
  plan: SeatPlan | null
  /** The seats of live bookings. */
  taken: string[]
}

/** Seats are held; or another was faster; or it would be one hold too many; or the key has gone to another request. */
export type HoldOutcome = 'held' | 'race-lost' | 'too-many-holds' | 'claim-lost'

/** A booking that is as it should be, and whether it was this step that made it so. */
export interface Change {
  booking: Booking
  changed: boolean
}

/**
 * The bookings. Each function is one atomic step, and it is the store that compares times, by its own clock: a pending
 * booking past its `expiresAt` is an expired one in every answer, whether or not it has been swept.
 */
export interface BookingStore {
  find(id: string): Promise<Booking | null>
  findByReference(reference: string, email: string): Promise<Booking | null>
  lookAt(movieId: string, theatreId: string, showtimes: string[]): Promise<View>
  /** Keeps the booking, its seats, the plan of a new screening and the answer of the claim: all of them or nothing. */
  hold(booking: Booking, plan: SeatPlan, claim: Claim): Promise<HoldOutcome>
  /** Pending -> confirmed, unless it is already, with the answer of the claim; null when it is neither. */
  confirm(id: string, paymentId: string, claim?: Claim): Promise<Change | null>
  /**
   * Pending or confirmed -> cancelled, with its seats freed and its refund pending, unless it is already; with the answer of
   * the claim. Null when it is none of these, or the showtime has passed.
   */
  cancel(id: string, claim?: Claim): Promise<Change | null>
  /** Pending and past its time -> expired, with the seats freed: this one booking, or a number of them. */
  expire(id?: string): Promise<Booking[]>
  /** Ends a refund, unless it has ended: `done`, or null where nothing was paid; with the answer of the claim. */
  endRefund(id: string, refund: 'done' | null, claim?: Claim): Promise<Booking>
  /** Pending bookings that expire within seconds, each given to one caller a second. */
  takeExpiring(limit: number): Promise<Booking[]>
  /** Bookings with a pending refund, each given to one caller every few seconds. */
  takeRefundable(limit: number): Promise<Booking[]>
}

/** How many seats of a screening are taken. */
export interface Occupancy extends ScreeningKey {
  plan: SeatPlan
  taken: number
}

export interface ScreeningStore {
  /** A screening that has had a hold, with its seats by state; null before. */
  seats(key: ScreeningKey): Promise<{ plan: SeatPlan; held: string[]; sold: string[] } | null>
  /** The screenings that have had a hold, and the database's time. */
  occupancy(
    from: string | undefined,
    to: string | undefined,
  ): Promise<{ now: string; screenings: Occupancy[] }>
}

export interface PaymentClient {
  /** Every payment made for a booking. */
  of(bookingId: string): Promise<Payment[]>
  /** Captured payments that no booking has claimed for a while. */
  unsettled(): Promise<Payment[]>
  settle(id: string): Promise<void>
  refund(id: string): Promise<void>
}
