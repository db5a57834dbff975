import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Connection } from 'mariadb'
import { Client } from 'pg'
import { freshDatabase } from '@matinee/local-stack/databases/databases'
import { migrateMysql } from '@matinee/stores/mysql/migrate'
import { migratePostgres } from '@matinee/stores/postgres/migrate'
import { audit, report } from '../tools/audit/audit.ts'
import { check } from '../tools/audit/invariants.ts'
import { connectPayment, readBookingStore, readPaymentStore } from '../tools/audit/snapshot.ts'
import { addScreening, api, customer, goodCard } from '../e2e/support/api.ts'
import { plantedFaults } from './planted-faults.ts'
import type { Plant } from './planted-faults.ts'

const urls = {
  booking: String(process.env['BOOKING_DATABASE_URL']),
  payment: String(process.env['PAYMENT_DATABASE_URL']),
}

interface Screening {
  movieId: string
  theatreId: string
}

let postgres: Client
let mysql: Connection
/** Ids of rows that the services made: held, paid and confirmed, paid and cancelled. */
let rows: { held: string; sold: string; payment: string; cancelled: string; refunded: string }

async function hold(screening: Screening, seat: string): Promise<string> {
  const email = `${randomUUID()}@example.com`
  const wish = { ...screening, seats: [seat], customer: { ...customer, email } }
  const { body } = await api('POST', '/bookings', wish)
  return body.id as string
}

async function sell(screening: Screening, seat: string): Promise<[bookingId: string, paymentId: string]> {
  const bookingId = await hold(screening, seat)
  const order = { bookingId, amount: 1200, currency: 'CHF', card: goodCard }
  const { body: payment } = await api('POST', '/payments', order)
  expect((await api('POST', `/bookings/${bookingId}/confirm`)).body.status).toBe('confirmed')
  return [bookingId, payment.id as string]
}

/** Runs the statements and the audit, and rolls back. @returns the violations */
async function plant({ booking = '', payment = '' }: Plant) {
  const filled = (sql: string) => sql.replace(/:(\w+)/g, (_all, name: keyof typeof rows) => `'${rows[name]}'`)
  await postgres.query('BEGIN')
  await mysql.query('START TRANSACTION')
  try {
    if (booking) await postgres.query(filled(booking))
    for (const sql of payment.split(';')) if (sql.trim()) await mysql.query(filled(sql))
    const snapshot = { booking: await readBookingStore(postgres), payment: await readPaymentStore(mysql) }
    return check(snapshot).flatMap(({ number, offenders }) =>
      offenders.map(({ row, breaks }) => `${number} ${row}: ${breaks}`),
    )
  } finally {
    await postgres.query('ROLLBACK')
    await mysql.query('ROLLBACK')
  }
}

beforeAll(async () => {
  postgres = new Client({ connectionString: urls.booking })
  await postgres.connect()
  mysql = await connectPayment(urls.payment)
  const { movie, theatre } = await addScreening({ currency: 'CHF' })
  const screening = { movieId: movie.id, theatreId: theatre.id }
  const [sold, payment] = await sell(screening, 'A4')
  const [cancelled, refunded] = await sell(screening, 'A6')
  const { body } = await api('POST', `/bookings/${cancelled}/cancel`)
  expect(body).toMatchObject({ status: 'cancelled', refund: 'done' })
  rows = { held: await hold(screening, 'A5'), sold, payment, cancelled, refunded }
})
afterAll(async () => {
  await postgres.end()
  await mysql.end()
})

it('finds nothing in a healthy system', async () => {
  const verdicts = await audit(urls)
  expect(report(verdicts)).toEqual(Array(9).fill(expect.stringMatching(/^ok {5}\d .* [1-9][\d,]* [a-z ]+$/)))
})

describe.each(plantedFaults)('rule %i', (rule, what, planted, found) => {
  it(`finds ${what}`, async () => {
    const wanted = found.replace(
      /:(\w+)/g,
      (all, name: string) => (rows as Record<string, string>)[name] ?? all,
    )
    const offenders = await plant(planted)
    expect(offenders.filter((line) => line.startsWith(`${rule} `)).join('\n')).toContain(wanted)
  })
})

it('says nothing about a booking that was confirmed before the time was recorded', async () => {
  const before = "confirmed_at = NULL, expires_at = created_at - interval '1 minute'"
  expect(await plant({ booking: `UPDATE bookings SET ${before} WHERE id = :sold` })).toEqual([])
})

describe('make audit', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const program = fileURLToPath(new URL('../tools/audit/audit.ts', import.meta.url))
  let empty: typeof urls

  function run(): Promise<{ code: number; lines: string[] }> {
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      BOOKING_DATABASE_URL: empty.booking,
      PAYMENT_DATABASE_URL: empty.payment,
    }
    return new Promise((resolve) => {
      execFile(process.execPath, ['--conditions=source', program], { env }, (error, stdout) => {
        resolve({ code: error ? Number(error.code) : 0, lines: stdout.trimEnd().split('\n') })
      })
    })
  }

  beforeAll(async () => {
    empty = {
      booking: await freshDatabase({ kind: 'postgres', url: urls.booking }, 'audit'),
      payment: await freshDatabase({ kind: 'mysql', url: urls.payment }, 'audit'),
    }
    const logger = { info: () => undefined, warn: () => undefined }
    const { signal } = new AbortController()
    const migrations = (app: string) => ({ folder: `${root}apps/${app}/prisma/migrations`, logger, signal })
    await migratePostgres({ url: empty.booking, ...migrations('booking') })
    await migrateMysql({ url: empty.payment, ...migrations('payment') })
  })

  it('reports what it checked, and exits with 0', async () => {
    const { code, lines } = await run()
    expect(code).toBe(0)
    expect(lines).toHaveLength(9)
    expect(lines[0]).toMatch(/^ok {5}1 a seat belongs to at most one live booking +0 seats of live bookings$/)
  })

  it('lists every row that breaks a rule, and exits with 1', async () => {
    const connection = await connectPayment(empty.payment)
    // With these keys, the database would refuse the violations.
    await connection.query('ALTER TABLE payments DROP KEY payments_active_booking_id_key')
    await connection.query('ALTER TABLE payments DROP KEY payments_idempotency_key_key')
    const ids = [randomUUID(), randomUUID()].sort()
    for (const id of ids) {
      await connection.query(
        `INSERT INTO payments (id, booking_id, amount, currency, status, card_brand, card_last4, idempotency_key, created_at)
         VALUES (?, ?, 1200, 'EUR', 'captured', 'visa', '4242', 'the-same', UTC_TIMESTAMP(3))`,
        [id, randomUUID()],
      )
    }
    await connection.end()
    const { code, lines } = await run()
    expect(code).toBe(1)
    expect(lines).toContainEqual(expect.stringMatching(/^BROKEN 4 an idempotency key does its work once/))
    expect(lines).toContain(
      `         payment ${String(ids[1])}: key the-same belongs to payment ${String(ids[0])} as well`,
    )
    for (const id of ids) {
      expect(lines).toContain(
        `         payment ${id}: it is captured, and the card processor never charged the card`,
      )
    }
  })
})
