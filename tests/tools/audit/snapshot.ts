import { createConnection } from 'mariadb'
import type { Connection } from 'mariadb'
import { Client } from 'pg'
import { readConfig } from '@matinee/service-kit/lifecycle/config'
import { mysqlOptions } from '@matinee/stores/mysql/options'
import { Config } from '../../../apps/booking/src/config.ts'
import type { Booking, BookingStore, Key, Payment, PaymentStore, Snapshot, TakenSeat } from './rows.ts'

const Limits = Config.pick({ MAX_SEATS_PER_SESSION: true, MAX_SEATS_PER_ADDRESS: true })

export interface StoreUrls {
  booking: string
  payment: string
}

export async function readBookingStore(client: Client): Promise<BookingStore> {
  const { rows: bookings } = await client.query<Booking>(`
    SELECT id, reference, status, concat_ws(' ', movie_id, theatre_id, showtime) AS screening, seats, amount,
      currency, payment_id AS "paymentId", refund,
      extract(epoch FROM now() - created_at)::float8 * 1000 AS "createdAgo",
      extract(epoch FROM now() - updated_at)::float8 * 1000 AS "updatedAgo",
      extract(epoch FROM now() - confirmed_at)::float8 * 1000 AS "confirmedAgo",
      extract(epoch FROM now() - expires_at)::float8 * 1000 AS "expiredAgo",
      jsonb_strip_nulls(jsonb_build_object('session', client_session, 'address', client_address)) AS client
    FROM bookings ORDER BY created_at, id`)
  const { rows: takenSeats } = await client.query<TakenSeat>(`
    SELECT concat_ws(' ', s.movie_id, s.theatre_id, s.showtime) AS screening, t.seat, t.booking_id AS "bookingId"
    FROM taken_seats t JOIN screenings s ON s.id = t.screening_id`)
  const { rows: keys } = await client.query<Key>(`
    SELECT operation, key, status, body, extract(epoch FROM lease_until - now())::float8 * 1000 AS "leaseLeft"
    FROM idempotency_keys ORDER BY created_at`)
  const { MAX_SEATS_PER_SESSION: session, MAX_SEATS_PER_ADDRESS: address } = readConfig(Limits, process.env)
  return { seatLimits: { session, address }, bookings, takenSeats, keys }
}

type Flags = 'isSettled' | 'isReturned' | 'isPaidBack'

export async function readPaymentStore(connection: Connection): Promise<PaymentStore> {
  const ago = (time: string) => `TIMESTAMPDIFF(MICROSECOND, ${time}, UTC_TIMESTAMP(3)) DIV 1000`
  const payments = await connection.query<(Omit<Payment, Flags> & Record<Flags, number>)[]>(`
    SELECT p.id, p.booking_id AS bookingId, p.amount, p.currency, p.status, p.idempotency_key AS \`key\`,
      ${ago('p.created_at')} AS createdAgo, ${ago('p.refunded_at')} AS refundedAgo,
      p.settled_at IS NOT NULL AS isSettled, p.returned_at IS NOT NULL AS isReturned,
      c.outcome AS charge, ${ago('c.created_at')} AS chargedAgo, r.request_id IS NOT NULL AS isPaidBack
    FROM payments p
    LEFT JOIN processor_requests c ON c.request_id = p.id AND c.kind = 'charge'
    LEFT JOIN processor_requests r ON r.request_id = p.id AND r.kind = 'refund'
    ORDER BY p.created_at, p.id`)
  const strays = await connection.query<{ id: string }[]>(`
    SELECT request_id AS id FROM processor_requests WHERE request_id NOT IN (SELECT id FROM payments)`)
  const keys = await connection.query<Key[]>(`
    SELECT operation, idempotency_key AS \`key\`, status, body,
      -(${ago('lease_until')}) AS leaseLeft
    FROM idempotency_keys ORDER BY created_at`)
  return {
    payments: payments.map(({ isSettled, isReturned, isPaidBack, ...payment }) => ({
      ...payment,
      isSettled: isSettled === 1,
      isReturned: isReturned === 1,
      isPaidBack: isPaidBack === 1,
    })),
    strayRequests: strays.map(({ id }) => id),
    keys,
  }
}

/** Reads both stores at the same time, each as it is at one moment. */
export async function takeSnapshot(urls: StoreUrls): Promise<Snapshot> {
  const [booking, payment] = await Promise.all([snapshotBooking(urls.booking), snapshotPayment(urls.payment)])
  return { booking, payment }
}

async function snapshotBooking(url: string): Promise<BookingStore> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  try {
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    return await readBookingStore(client)
  } finally {
    await client.end()
  }
}

async function snapshotPayment(url: string): Promise<PaymentStore> {
  const connection = await connectPayment(url)
  try {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ')
    await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
    return await readPaymentStore(connection)
  } finally {
    await connection.end()
  }
}

export function connectPayment(url: string): Promise<Connection> {
  return createConnection({ ...mysqlOptions(url), connectTimeout: 5_000, bigIntAsNumber: true })
}
