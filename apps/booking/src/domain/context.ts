import type { Booking } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Payment } from '@matinee/contracts/payment'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Client } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Events } from '../events.ts'
import type { ScreeningKey, SeatPlan } from './screening.ts'

/** Everything the use cases need. */
export interface Context {
  bookings: BookingStore
  screenings: ScreeningStore
  seatChanges: SeatChanges
  keys: { deleteExpired(): Promise<boolean> }
  movies: MovieClient
  theatres: TheatreClient
  payments: PaymentClient
  events: Events
  holdSeconds: number
  newId: () => string
  /** A number from 0 up to, but not including, 1. */
  random: () => number
}

/** What a hold needs to know of a screening. Times are by the database's clock, in ISO 8601 and UTC as everywhere. */
export interface View {
  now: string
  /** The first of the requested showtimes that has not passed; null when all have. */
  showtime: string | null
  /** The seat plan of the screening's first hold; null before it. */
  plan: SeatPlan | null
  /** The seats of live bookings. */
  taken: string[]
}

/** How many seats one client may hold at a time, by session and by address. */
export interface SeatLimits {
  session: number
  address: number
}

/** `claim-lost`: another request has taken over the idempotency key. */
export type HoldOutcome = 'held' | 'race-lost' | 'too-many-holds' | 'too-many-seats' | 'claim-lost'

/** A booking, and the time by the database's clock when it was read. */
export interface Snapshot {
  booking: Booking
  now: string
}

/** A booking after an update, and whether this update changed it. */
export interface Change extends Snapshot {
  changed: boolean
}

/**
 * The bookings. Each change is atomic, with the answer of its claim. The store compares times, by its own clock: a pending
 * booking past its `expiresAt` is expired in every answer, whether or not it has been swept.
 */
export interface BookingStore {
  find(id: string): Promise<Snapshot | null>
  findByReference(reference: string, email: string): Promise<Snapshot | null>
  lookAt(movieId: string, theatreId: string, showtimes: string[]): Promise<View>
  /**
   * Stores the booking, its seats, the plan of a new screening and the answer of the claim: all of them or nothing. Counts
   * the client's live holds: no limit of seats applies without one.
   */
  hold(booking: Booking, plan: SeatPlan, claim: Claim, client: Client | undefined): Promise<HoldOutcome>
  /** Pending -> confirmed, unless it is already; null when it is neither. */
  confirm(pending: Snapshot, paymentId: string, claim?: Claim): Promise<Change | null>
  /**
   * Pending or confirmed -> cancelled, with its seats freed and its refund pending, unless it is already; null when it is
   * none of these, or the showtime has passed.
   */
  cancel(id: string): Promise<Change | null>
  /** Ends a pending refund, unless it has ended: `done`, or null where nothing was paid. */
  endRefund(cancelled: Snapshot, refund: 'done' | null, claim?: Claim): Promise<Booking>
  /** Answers the claim with a cancelled booking as it is. */
  answerCancelled(id: string, claim?: Claim): Promise<Booking>
  /** Pending and past its time -> expired, with its seats freed: one booking, or a batch of them. */
  expire(id?: string): Promise<Booking[]>
  /** Pending bookings that expire within seconds, each given to one caller per second. */
  takeExpiring(limit: number): Promise<Snapshot[]>
  /** Bookings with a pending refund, each given to one caller every few seconds. */
  takeRefundable(limit: number): Promise<Snapshot[]>
}

/** How many seats of a screening are taken. */
interface Occupancy extends ScreeningKey {
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

export interface SeatChanges {
  /**
   * Calls back after every change of the screening's seats, whichever replica made it, and whenever changes may have been
   * missed. @returns a function that ends this
   */
  watch(key: ScreeningKey, onChange: () => void): () => void
}

export interface MovieClient {
  find(id: string): Promise<Movie | null>
  all(): Promise<Movie[]>
}

export interface TheatreClient {
  find(id: string): Promise<Theatre | null>
  allOpen(): Promise<Theatre[]>
}

export interface PaymentClient {
  /** All payments made for a booking. */
  of(bookingId: string): Promise<Payment[]>
  /** Captured payments that no booking has claimed for a while. */
  unsettled(): Promise<Payment[]>
  settle(id: string): Promise<void>
  refund(id: string): Promise<void>
}
