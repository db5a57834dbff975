import type { Booking } from '@matinee/contracts/booking'
import type { Client } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Database } from '@matinee/stores/postgres/connect'
import { isConflict } from '@matinee/stores/postgres/errors'
import { keepValues, keepWith } from '@matinee/stores/postgres/idempotency-keys'
import type { HoldOutcome, SeatLimits } from '../domain/context.ts'
import { maxHoldsPerCustomer } from '../domain/hold-seats.ts'
import type { SeatPlan } from '../domain/screening.ts'
import { emailKey } from './booking-rows.ts'

interface Result {
  claimed: boolean
  hasHold: boolean
  hasSeats: boolean
  held: boolean
}

/** `check_after` of a new hold: the reconciler asks whether it is paid from 3 seconds before its end. */
const statement = `
  WITH claim AS (
    SELECT FROM idempotency_keys WHERE operation = $1 AND key = $2 AND owner = $3 AND status IS NULL FOR UPDATE
  ), live AS (
    SELECT holds < ${maxHoldsPerCustomer} AS has_hold,
      ($26::text IS NULL OR session_seats + cardinality($16::text[]) <= $28)
        AND ($27::text IS NULL OR address_seats + cardinality($16::text[]) <= $29) AS has_seats
    FROM claim, live_holds($26, $27, $20)
  ), room AS (
    SELECT FROM live WHERE has_hold AND has_seats
  ), old_screening AS (
    SELECT id, screen, rows, seats_per_row FROM screenings WHERE movie_id = $7 AND theatre_id = $9 AND showtime = $12
  ), new_screening AS (
    INSERT INTO screenings (movie_id, theatre_id, showtime, screen, rows, seats_per_row)
    SELECT $7, $9, $12, $13, $14::int, $15::int FROM room WHERE NOT EXISTS (SELECT FROM old_screening)
    ON CONFLICT DO NOTHING RETURNING id
  ), screening AS (
    SELECT id FROM old_screening WHERE screen = $13 AND rows = $14 AND seats_per_row = $15
    UNION ALL SELECT id FROM new_screening
  ), booking AS (
    INSERT INTO bookings (
      movie_id, movie_title, theatre_id, theatre_name, theatre_city, showtime, screen, seats, amount, currency,
      customer_name, customer_email, email_key, id, reference, expires_at, check_after, created_at, updated_at,
      screening_id, client_session, client_address
    )
    SELECT $7, $8, $9, $10, $11, $12::timestamptz, $13, $16::text[], $17::int, $18, $19, $21, $20, $22::uuid, $23,
      $24::timestamptz, $24::timestamptz - interval '3 seconds', $25::timestamptz, $25::timestamptz, screening.id, $26, $27
    FROM room, screening
    RETURNING id AS booking_id, screening_id, seats
  ), seats AS (
    INSERT INTO taken_seats (screening_id, seat, booking_id)
    SELECT screening_id, seat, booking_id FROM booking, unnest(seats) seat ORDER BY seat
  ), kept AS (${keepWith('booking')})
  SELECT EXISTS (SELECT FROM claim) AS claimed, (SELECT has_hold FROM live) AS "hasHold",
    (SELECT has_seats FROM live) AS "hasSeats", EXISTS (SELECT FROM booking) AS held`

interface Hold {
  booking: Booking
  plan: SeatPlan
  claim: Claim
  client: Client | undefined
}

/**
 * Stores a new booking with all that belongs to it in one statement, which is one transaction and one round trip. Unique
 * keys decide: a taken seat or a reference in use makes the whole statement fail. `live_holds` locks the client until the
 * commit, so that its concurrent holds are counted one after the other. The seats are inserted in the order of their
 * names, and after that lock, so that two statements never deadlock.
 */
export async function hold(
  database: Database,
  limits: SeatLimits,
  { booking, plan, claim, client }: Hold,
): Promise<HoldOutcome> {
  const { movie, theatre, customer } = booking
  try {
    const { rows } = await database.query<Result & Record<string, unknown>>(statement, [
      ...keepValues(claim, claim.answer(booking)),
      movie.id,
      movie.title,
      theatre.id,
      theatre.name,
      theatre.city,
      booking.showtime,
      plan.screen,
      plan.rows,
      plan.seatsPerRow,
      booking.seats,
      booking.amount,
      booking.currency,
      customer.name,
      emailKey(customer.email),
      customer.email,
      booking.id,
      booking.reference,
      booking.expiresAt,
      booking.createdAt,
      client?.session,
      client?.address,
      limits.session,
      limits.address,
    ])
    const [result] = rows
    if (result?.held) return 'held'
    if (!result?.claimed) return 'claim-lost'
    if (!result.hasSeats) return 'too-many-seats'
    return result.hasHold ? 'race-lost' : 'too-many-holds'
  } catch (error) {
    if (isConflict(error)) return 'race-lost'
    throw error
  }
}
