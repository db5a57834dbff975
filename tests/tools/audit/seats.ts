import { isOverdue } from './invariant.ts'
import type { Invariant } from './invariant.ts'
import { byId } from './rows.ts'
import type { Booking } from './rows.ts'

/** Confirmed, or pending and not past its time, whether or not it has been swept. */
export function isLive({ status, expiredAgo }: Booking): boolean {
  return status === 'confirmed' || (status === 'pending' && expiredAgo < 0)
}

function liveSeats(bookings: Booking[]) {
  return bookings
    .filter(isLive)
    .flatMap(({ id, screening, seats }) => seats.map((seat) => ({ id, place: `${screening} ${seat}`, seat })))
}

export const seatsOnce: Invariant = {
  rule: 'a seat belongs to at most one live booking',
  rows: 'seats of live bookings',
  count: ({ booking }) => liveSeats(booking.bookings).length,
  *offenders({ booking: { bookings, takenSeats } }) {
    const owners = new Map<string, string>()
    const guards = new Map(
      takenSeats.map(({ screening, seat, bookingId }) => [`${screening} ${seat}`, bookingId]),
    )
    for (const { id, place, seat } of liveSeats(bookings)) {
      const owner = owners.get(place)
      if (owner === undefined) owners.set(place, id)
      else yield { row: `booking ${id}`, breaks: `seat ${seat} belongs to booking ${owner} as well` }
      if (guards.get(place) !== id) {
        yield {
          row: `booking ${id}`,
          breaks: `seat ${seat} has no row in taken_seats, so it can be sold again`,
        }
      }
    }
  },
}

export const holdsEnd: Invariant = {
  rule: 'a hold that is not confirmed in time frees its seats',
  rows: 'taken seats and pending bookings',
  count: ({ booking: { bookings, takenSeats } }) =>
    takenSeats.length + bookings.filter(({ status }) => status === 'pending').length,
  *offenders(snapshot) {
    const { bookings, takenSeats } = snapshot.booking
    const owners = byId(bookings)
    for (const { bookingId, seat } of takenSeats) {
      const status = owners.get(bookingId)?.status
      if (status !== 'pending' && status !== 'confirmed') {
        const what = status ?? 'not there'
        yield { row: `booking ${bookingId}`, breaks: `it is ${what}, and seat ${seat} is still taken` }
      }
    }
    for (const { id, status, expiredAgo } of bookings) {
      if (status === 'pending' && isOverdue(snapshot, expiredAgo)) {
        yield { row: `booking ${id}`, breaks: 'its hold ended more than 60 s ago, and it is still pending' }
      }
    }
  },
}

export const clientKinds = ['session', 'address'] as const

function liveHolds(bookings: Booking[]): Booking[] {
  return bookings.filter((booking) => booking.status === 'pending' && isLive(booking))
}

/** How many seats each client holds without having paid. */
export function seatsOnHold(
  bookings: Booking[],
  kind: (typeof clientKinds)[number],
): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>()
  for (const { client, seats } of liveHolds(bookings)) {
    counts.set(client[kind], (counts.get(client[kind]) ?? 0) + seats.length)
  }
  counts.delete(undefined)
  return counts
}

export const fewSeatsAClient: Invariant = {
  rule: 'a client holds no more unpaid seats than its limit',
  rows: 'live holds',
  count: ({ booking }) => liveHolds(booking.bookings).length,
  *offenders({ booking: { bookings, seatLimits } }) {
    for (const kind of clientKinds) {
      for (const [client, count] of seatsOnHold(bookings, kind)) {
        if (count > seatLimits[kind]) {
          yield { row: `${kind} ${client}`, breaks: `it holds more than ${seatLimits[kind]} seats` }
        }
      }
    }
  },
}
