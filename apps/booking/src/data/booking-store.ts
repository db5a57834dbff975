import type { Booking } from '@matinee/contracts/booking'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { BookingStore, Change, View } from '../domain/context.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { columns, emailKey, isLive, toBooking } from './booking-rows.ts'
import type { BookingRow } from './booking-rows.ts'
import type { Database } from './database.ts'
import { hold } from './hold.ts'
import { keepAnswer } from './idempotency-store.ts'

const expireBatch = 500

/** How soon after a failure, or a crash, another attempt is made. */
const checkAgain = Prisma.sql`clock_timestamp() + interval '1 second'`
const refundAgain = Prisma.sql`clock_timestamp() + interval '5 seconds'`

interface ViewRow {
  now: Date
  showtime: Date | null
  screen: string | null
  rows: number
  seatsPerRow: number
  taken: string[]
}

function toView({ now, showtime, screen, rows, seatsPerRow, taken }: ViewRow): View {
  return {
    now: now.toISOString(),
    showtime: showtime && showtime.toISOString(),
    plan: screen === null ? null : { screen, rows, seatsPerRow },
    taken,
  }
}

export function createBookingStore(database: Database): BookingStore {
  async function select(statement: Prisma.Sql): Promise<Booking[]> {
    return (await database.$queryRaw<BookingRow[]>(statement)).map(toBooking)
  }

  async function selectOne(statement: Prisma.Sql): Promise<Booking | null> {
    return (await select(statement))[0] ?? null
  }

  /**
   * Changes a booking, unless it is as it should be already, and keeps the answer: both in one transaction.
   *
   * @param isDone whether a booking `b` need not be changed
   */
  function change(id: string, update: Prisma.Sql, isDone: Prisma.Sql, claim?: Claim): Promise<Change | null> {
    return database.$transaction(async (transaction) => {
      const [changed] = await transaction.$queryRaw<BookingRow[]>(update)
      const [row] = changed
        ? [changed]
        : await transaction.$queryRaw<BookingRow[]>`
            SELECT ${columns} FROM bookings b WHERE b.id = ${id}::uuid AND ${isDone}`
      if (!row) return null
      const booking = toBooking(row)
      if (claim) await keepAnswer(transaction, claim, claim.answer(booking))
      return { booking, changed: changed !== undefined }
    })
  }

  /** Moves bookings to an end, and frees their seats with that. */
  function end(changes: Prisma.Sql, which: Prisma.Sql): Prisma.Sql {
    return Prisma.sql`
      WITH b AS (UPDATE bookings b SET ${changes}, updated_at = clock_timestamp() WHERE ${which} RETURNING *),
      freed AS (DELETE FROM taken_seats t USING b WHERE t.booking_id = b.id)
      SELECT ${columns} FROM b`
  }

  /** Bookings that are due for a look, each pushed into the future so that no other replica takes it too. */
  function take(which: Prisma.Sql, again: Prisma.Sql, limit: number): Prisma.Sql {
    return Prisma.sql`
      UPDATE bookings b SET check_after = ${again}
      WHERE b.id IN (
        SELECT b.id FROM bookings b WHERE ${which} AND b.check_after <= now()
        ORDER BY b.check_after LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      RETURNING ${columns}`
  }

  return {
    find: (id) => selectOne(Prisma.sql`SELECT ${columns} FROM bookings b WHERE b.id = ${id}::uuid`),

    findByReference: (reference, email) =>
      selectOne(Prisma.sql`
        SELECT ${columns} FROM bookings b WHERE b.reference = ${reference} AND b.email_key = ${emailKey(email)}`),

    async lookAt(movieId, theatreId, showtimes) {
      const [row] = await database.$queryRaw<[ViewRow]>`
        SELECT clock_timestamp() AS now, next.showtime, s.screen, s.rows, s.seats_per_row AS "seatsPerRow",
          ARRAY(
            -- A look a seat: for a join, PostgreSQL would read all bookings there ever were.
            SELECT t.seat FROM taken_seats t
            WHERE t.screening_id = s.id AND (SELECT ${isLive} FROM bookings b WHERE b.id = t.booking_id)
          ) AS taken
        FROM (
          SELECT min(showtime) AS showtime FROM unnest(${showtimes}::timestamptz[]) showtime
          WHERE showtime > clock_timestamp()
        ) next
        LEFT JOIN screenings s
          ON s.movie_id = ${movieId} AND s.theatre_id = ${theatreId} AND s.showtime = next.showtime`
      return toView(row)
    },

    hold: (booking, plan, claim) => hold(database, booking, plan, claim),

    confirm: (id, paymentId, claim) =>
      change(
        id,
        Prisma.sql`
          UPDATE bookings b SET status = 'confirmed', payment_id = ${paymentId}::uuid, updated_at = clock_timestamp()
          WHERE b.id = ${id}::uuid AND b.status = 'pending' AND b.expires_at > clock_timestamp()
          RETURNING ${columns}`,
        Prisma.sql`b.status = 'confirmed'`,
        claim,
      ),

    cancel: (id, claim) =>
      change(
        id,
        end(
          // The request itself refunds first.
          Prisma.sql`status = 'cancelled', refund = 'pending', check_after = ${refundAgain}`,
          Prisma.sql`b.id = ${id}::uuid AND ${isLive} AND b.showtime > clock_timestamp()`,
        ),
        Prisma.sql`b.status = 'cancelled'`,
        claim,
      ),

    expire: (id) =>
      select(
        end(
          Prisma.sql`status = 'expired'`,
          id === undefined
            ? Prisma.sql`b.id IN (
                SELECT id FROM bookings WHERE status = 'pending' AND expires_at <= now()
                ORDER BY expires_at LIMIT ${expireBatch} FOR UPDATE SKIP LOCKED
              )`
            : Prisma.sql`b.id = ${id}::uuid AND b.status = 'pending' AND b.expires_at <= clock_timestamp()`,
        ),
      ),

    async endRefund(id, refund, claim) {
      const ended = await change(
        id,
        Prisma.sql`
          UPDATE bookings b SET refund = ${refund}::refund_status, updated_at = clock_timestamp()
          WHERE b.id = ${id}::uuid AND b.refund = 'pending' RETURNING ${columns}`,
        Prisma.sql`b.refund IS DISTINCT FROM 'pending'`,
        claim,
      )
      if (!ended) throw new Error(`Booking ${id} was never made`)
      return ended.booking
    },

    takeExpiring: (limit) =>
      select(take(Prisma.sql`b.status = 'pending' AND b.expires_at > now()`, checkAgain, limit)),

    takeRefundable: (limit) => select(take(Prisma.sql`b.refund = 'pending'`, refundAgain, limit)),
  }
}
