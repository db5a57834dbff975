import type { Booking } from '@matinee/contracts/booking'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { HoldOutcome, SeatPlan } from '../domain/context.ts'
import { maxHoldsPerCustomer } from '../domain/hold-seats.ts'
import { emailKey } from './booking-rows.ts'
import { isConflict, violatedKey } from './database.ts'
import type { Database } from './database.ts'

/** How long before a hold's end the reconciler begins to ask whether it is paid. */
const checkAhead = '3 seconds'

interface Result {
  claimed: boolean
  hasSlot: boolean
  held: boolean
}

/**
 * Keeps a new booking with all that belongs to it in one statement, which is one transaction and one round trip. Keys do
 * the deciding: a seat that is taken, a hold too many and a reference in use each refuse the whole statement. The seats go
 * in by name, so that two statements never wait for each other.
 */
export async function hold(
  database: Database,
  booking: Booking,
  plan: SeatPlan,
  claim: Claim,
): Promise<HoldOutcome> {
  const { movie, theatre, customer, showtime } = booking
  const key = emailKey(customer.email)
  const answer = claim.answer(booking)
  try {
    // A transaction around the one statement: without it, the pool throws its connection away at every race that is lost.
    const [result] = await database.$transaction(
      (transaction) => transaction.$queryRaw<Result[]>`
      WITH claim AS (
        SELECT operation, key FROM idempotency_keys
        WHERE operation = ${claim.operation} AND key = ${claim.key} AND owner = ${claim.owner}::uuid AND status IS NULL
        FOR UPDATE
      ), slot AS (
        SELECT n FROM generate_series(1, ${maxHoldsPerCustomer}::int) n
        WHERE NOT EXISTS (
          SELECT FROM bookings WHERE email_key = ${key} AND status = 'pending' AND hold_slot = n
        )
        ORDER BY n LIMIT 1
      ), old_screening AS (
        SELECT id, screen, rows, seats_per_row FROM screenings
        WHERE movie_id = ${movie.id} AND theatre_id = ${theatre.id} AND showtime = ${showtime}::timestamptz
      ), new_screening AS (
        INSERT INTO screenings (movie_id, theatre_id, showtime, screen, rows, seats_per_row)
        SELECT ${movie.id}, ${theatre.id}, ${showtime}::timestamptz, ${plan.screen}, ${plan.rows}::int, ${plan.seatsPerRow}::int
        FROM claim, slot WHERE NOT EXISTS (SELECT FROM old_screening)
        ON CONFLICT DO NOTHING RETURNING id
      ), screening AS (
        SELECT id FROM old_screening
        WHERE screen = ${plan.screen} AND rows = ${plan.rows}::int AND seats_per_row = ${plan.seatsPerRow}::int
        UNION ALL SELECT id FROM new_screening
      ), booking AS (
        INSERT INTO bookings (
          id, reference, screening_id, movie_id, movie_title, theatre_id, theatre_name, theatre_city, screen, showtime,
          seats, amount, currency, customer_name, customer_email, email_key, hold_slot, expires_at, check_after,
          created_at, updated_at
        )
        SELECT
          ${booking.id}::uuid, ${booking.reference}, screening.id, ${movie.id}, ${movie.title}, ${theatre.id},
          ${theatre.name}, ${theatre.city}, ${plan.screen}, ${showtime}::timestamptz, ${booking.seats}::text[],
          ${booking.amount}::int, ${booking.currency}, ${customer.name}, ${customer.email}, ${key}, slot.n,
          ${booking.expiresAt}::timestamptz, ${booking.expiresAt}::timestamptz - ${checkAhead}::interval,
          ${booking.createdAt}::timestamptz, ${booking.updatedAt}::timestamptz
        FROM claim, slot, screening
        RETURNING id, screening_id, seats
      ), seats AS (
        INSERT INTO taken_seats (screening_id, seat, booking_id)
        SELECT screening_id, seat, id FROM booking, unnest(seats) seat ORDER BY seat
      ), kept AS (
        UPDATE idempotency_keys k SET status = ${answer.status}::int, body = ${answer.body}, location = ${answer.location}
        FROM claim, booking WHERE k.operation = claim.operation AND k.key = claim.key
      )
      SELECT EXISTS (SELECT FROM claim) AS claimed, EXISTS (SELECT FROM slot) AS "hasSlot",
        EXISTS (SELECT FROM booking) AS held`,
    )
    if (result?.held) return 'held'
    if (!result?.claimed) return 'claim-lost'
    return result.hasSlot ? 'race-lost' : 'too-many-holds'
  } catch (error) {
    if (violatedKey(error) !== undefined || isConflict(error)) return 'race-lost'
    throw error
  }
}
