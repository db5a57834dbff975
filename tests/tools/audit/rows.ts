/** What the rules look at, whether it comes from real databases or from simulated ones. */

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
  /** Negative while the hold lasts. */
  expiredAgo: number
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
  /** For how long nobody else may take it. */
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
  /** What the card processor's own record says of the charge, and since when. */
  charge: string | null
  chargedAgo: number | null
  /** Whether the processor has given the money back. */
  isPaidBack: boolean
}

export interface BookingStore {
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

/** What the two stores that hold seats and money say at one moment. */
export interface Snapshot {
  booking: BookingStore
  payment: PaymentStore
  /** Answers 2xx that callers have received, where somebody has written them down. */
  told?: Key[]
  /** How long ago the last part that had failed came back; always up when left out. */
  calmFor?: number
}

export function byId<T extends { id: string }>(rows: T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}
