/** What the rules check: rows of real or of simulated databases. */

/** All ages are in ms, by the clock of the database that has the row. */
export interface Booking {
  id: string
  reference: string
  status: 'pending' | 'confirmed' | 'expired' | 'cancelled'
  /** Movie, theatre and showtime. */
  screening: string
  seats: string[]
  amount: number
  currency: string
  paymentId: string | null
  refund: 'pending' | 'done' | null
  createdAgo: number
  updatedAgo: number
  /** Null until it is confirmed, and if it was confirmed before the time was recorded. */
  confirmedAgo: number | null
  /** Negative while the hold lasts. */
  expiredAgo: number
  /** While pending: hashes of who holds the seats, unless that caller bypassed the edge. */
  client: { session?: string | undefined; address?: string | undefined }
}

export interface TakenSeat {
  screening: string
  seat: string
  bookingId: string
}

export interface Key {
  operation: string
  key: string
  /** Null while the work is running. */
  status: number | null
  body: string | null
  /** How long until another request may take it. */
  leaseLeft: number
}

export interface Payment {
  id: string
  bookingId: string
  amount: number
  currency: string
  status: 'processing' | 'captured' | 'declined' | 'voided' | 'refunded'
  key: string | null
  createdAgo: number
  refundedAgo: number | null
  isSettled: boolean
  isReturned: boolean
  /** The card processor's record of the charge, and its age. */
  charge: string | null
  chargedAgo: number | null
  /** Whether the processor has given the money back. */
  isPaidBack: boolean
}

export interface BookingStore {
  /** How many seats one client may hold without paying. */
  seatLimits: { session: number; address: number }
  bookings: Booking[]
  takenSeats: TakenSeat[]
  keys: Key[]
}

export interface PaymentStore {
  payments: Payment[]
  /** Requests to the card processor that belong to no payment. */
  strayRequests: string[]
  keys: Key[]
}

/** The two stores that hold seats and money, at one moment. */
export interface Snapshot {
  booking: BookingStore
  payment: PaymentStore
  /** The 2xx answers that callers have received, where they were recorded. */
  told?: Key[]
  /** How long ago the last failed part came back; left out if none has failed. */
  calmFor?: number
}

export function byId<T extends { id: string }>(rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}
