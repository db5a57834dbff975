import type { Booking } from '@matinee/contracts/booking'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Database } from '@matinee/stores/postgres/connect'
import { keepValues, keepWith } from '@matinee/stores/postgres/idempotency-keys'
import type { BookingStore, Change, SeatLimits, Snapshot, View } from '../domain/context.ts'
import { afterStep, columns, emailKey, isLive, toSnapshot } from './booking-rows.ts'
import type { BookingRow } from './booking-rows.ts'
import { hold } from './hold.ts'
import { createPrisma } from './prisma.ts'

const expireBatch = 500

/** Who held the seats matters only while they are held. */
const forgetClient = 'client_session = NULL, client_address = NULL'

/** When the next attempt is due after a failure or a crash. */
const checkAgain = `clock_timestamp() + interval '1 second'`
const refundAgain = `clock_timestamp() + interval '5 seconds'`

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

const lookAt = `
  SELECT clock_timestamp() AS now, next.showtime, s.screen, s.rows, s.seats_per_row AS "seatsPerRow",
    ARRAY(
      -- One lookup per seat: with a join, PostgreSQL would read all bookings there ever were.
      SELECT t.seat FROM taken_seats t
      WHERE t.screening_id = s.id AND (SELECT ${isLive} FROM bookings b WHERE b.id = t.booking_id)
    ) AS taken
  FROM (
    SELECT min(showtime) AS showtime FROM unnest($3::timestamptz[]) showtime WHERE showtime > clock_timestamp()
  ) next
  LEFT JOIN screenings s ON s.movie_id = $1 AND s.theatre_id = $2 AND s.showtime = next.showtime`

const find = `SELECT ${columns} FROM bookings b WHERE b.id = $1`

/** Updates a booking `b` and stores the answer of its claim in one statement: both or neither. */
function step(update: string): string {
  return `WITH b AS (UPDATE bookings b SET ${update} RETURNING b.id), kept AS (${keepWith('b')}) SELECT FROM b`
}

const confirm =
  step(`status = 'confirmed', payment_id = $8, updated_at = $9, confirmed_at = clock_timestamp(),
  ${forgetClient}
  WHERE b.id = $7 AND b.status = 'pending' AND b.expires_at > clock_timestamp()`)

const endRefund = step(`refund = $8, updated_at = $9 WHERE b.id = $7 AND b.refund = 'pending'`)

/** Cancels or expires bookings, which frees their seats. */
function end(changes: string, which: string): string {
  return `
    WITH b AS (UPDATE bookings b SET ${changes}, ${forgetClient}, updated_at = clock_timestamp() WHERE ${which} RETURNING *),
    freed AS (DELETE FROM taken_seats t USING b WHERE t.booking_id = b.id)
    SELECT ${columns} FROM b`
}

const cancel = end(
  // Leaves the request time to refund before the reconciler does.
  `status = 'cancelled', refund = 'pending', check_after = ${refundAgain}`,
  `b.id = $1 AND ${isLive} AND b.showtime > clock_timestamp()`,
)

const expireOne = end(
  `status = 'expired'`,
  `b.id = $1 AND b.status = 'pending' AND b.expires_at <= clock_timestamp()`,
)

const expireMany = end(
  `status = 'expired'`,
  `b.id IN (
    SELECT id FROM bookings WHERE status = 'pending' AND expires_at <= now()
    ORDER BY expires_at LIMIT ${expireBatch} FOR UPDATE SKIP LOCKED
  )`,
)

/** Takes bookings that are due, and postpones each so that no other replica takes it too. */
function take(which: string, again: string): string {
  return `
    UPDATE bookings b SET check_after = ${again}
    WHERE b.id IN (
      SELECT b.id FROM bookings b WHERE ${which} AND b.check_after <= now()
      ORDER BY b.check_after LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING ${columns}`
}

const takeExpiring = take(`b.status = 'pending' AND b.expires_at > now()`, checkAgain)
const takeRefundable = take(`b.refund = 'pending'`, refundAgain)

export function createBookingStore(database: Database, limits: SeatLimits): BookingStore {
  const prisma = createPrisma(database)

  async function select(text: string, values?: unknown[]): Promise<Snapshot[]> {
    return (await database.query<BookingRow>(text, values)).rows.map(toSnapshot)
  }

  async function selectBookings(text: string, values?: unknown[]): Promise<Booking[]> {
    return (await select(text, values)).map(({ booking }) => booking)
  }

  /** Keeps the booking as it is now as the answer of the claim; null when `isDone` does not hold for it. */
  async function answerAsIs(id: string, isDone: string, claim: Claim | undefined): Promise<Change | null> {
    const [found] = await select(`${find} AND ${isDone}`, [id])
    if (!found) return null
    if (claim) await database.query(keepWith(), keepValues(claim, claim.answer(found.booking)))
    return { ...found, changed: false }
  }

  return {
    async find(id) {
      return (await select(find, [id]))[0] ?? null
    },

    async findByReference(reference, email) {
      const { booking } = await prisma()
      const found = await booking.findUnique({
        where: { reference, emailKey: emailKey(email) },
        select: { id: true },
      })
      return found && (await this.find(found.id))
    },

    async lookAt(movieId, theatreId, showtimes) {
      const { rows } = await database.query<ViewRow>(lookAt, [movieId, theatreId, showtimes])
      return toView(rows[0] as ViewRow)
    },

    hold: (booking, plan, claim, client) => hold(database, limits, { booking, plan, claim, client }),

    async confirm(pending, paymentId, claim) {
      const { id } = pending.booking
      const booking = afterStep(pending, { status: 'confirmed', paymentId })
      const values = [...keepValues(claim, claim?.answer(booking)), id, paymentId, booking.updatedAt]
      const { rowCount } = await database.query(confirm, values)
      if (rowCount === 1) return { booking, now: pending.now, changed: true }
      return await answerAsIs(id, `b.status = 'confirmed'`, claim)
    },

    async cancel(id) {
      const [cancelled] = await select(cancel, [id])
      if (cancelled) return { ...cancelled, changed: true }
      return await answerAsIs(id, `b.status = 'cancelled'`, undefined)
    },

    async endRefund(cancelled, refund, claim) {
      const { id, status, paymentId } = cancelled.booking
      const booking = afterStep(cancelled, { status, paymentId, refund: refund ?? undefined })
      const values = [...keepValues(claim, claim?.answer(booking)), id, refund, booking.updatedAt]
      const { rowCount } = await database.query(endRefund, values)
      if (rowCount === 1) return booking
      return await this.answerCancelled(id, claim)
    },

    async answerCancelled(id, claim) {
      const cancelled = await answerAsIs(id, `b.status = 'cancelled'`, claim)
      if (!cancelled) throw new Error(`Booking ${id} is not cancelled`)
      return cancelled.booking
    },

    expire: (id) => (id === undefined ? selectBookings(expireMany) : selectBookings(expireOne, [id])),

    takeExpiring: (limit) => select(takeExpiring, [limit]),

    takeRefundable: (limit) => select(takeRefundable, [limit]),
  }
}
