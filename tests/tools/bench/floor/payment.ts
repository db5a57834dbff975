/** The floor of payment. As in ours, the card processor is part of it, and keeps a record of every charge. */
import { randomUUID } from 'node:crypto'
import { createPool } from 'mariadb'
import type { PaymentInput } from '@matinee/contracts/payment'
import { environment, serve } from './http.ts'

const { hostname, port, username, password, pathname } = new URL(environment('MYSQL_URL'))
const database = createPool({
  host: hostname,
  port: Number(port),
  user: username,
  password,
  database: pathname.slice(1),
  connectionLimit: 10,
  allowPublicKeyRetrieval: true,
})

interface Row {
  id: string
  booking_id: string
  amount: number
  currency: string
  status: string
  card_brand: string
  card_last4: string
  created_at: Date
}

function toPayment({ id, booking_id, amount, currency, status, card_brand, card_last4, created_at }: Row) {
  const card = { brand: card_brand, last4: card_last4 }
  return { id, bookingId: booking_id, amount, currency, status, card, createdAt: created_at.toISOString() }
}

serve({
  async 'POST /payments'({ body }) {
    const { bookingId, amount, currency, card } = JSON.parse(body) as PaymentInput
    const now = new Date()
    const row: Row = {
      ...{ id: randomUUID(), booking_id: bookingId, amount, currency, status: 'captured' },
      ...{ card_brand: 'visa', card_last4: card.number.slice(-4), created_at: now },
    }
    await database.execute(
      `INSERT INTO payments (id, booking_id, amount, currency, status, card_brand, card_last4, idempotency_key, created_at)
       VALUES (?, ?, ?, ?, 'processing', ?, ?, ?, ?)`,
      [row.id, bookingId, amount, currency, row.card_brand, row.card_last4, row.id, now],
    )
    await database.execute(
      "INSERT INTO processor_requests (request_id, kind, outcome, created_at) VALUES (?, 'charge', 'captured', ?)",
      [row.id, now],
    )
    await database.execute("UPDATE payments SET status = 'captured' WHERE id = ? AND status = 'processing'", [
      row.id,
    ])
    return { status: 201, body: toPayment(row) }
  },

  async 'GET /payments'({ query }) {
    const rows = await database.execute<Row[]>(
      `SELECT id, booking_id, amount, currency, status, card_brand, card_last4, created_at FROM payments
       WHERE booking_id = ? AND status IN ('captured', 'refunded') ORDER BY created_at, id`,
      [query.get('bookingId')],
    )
    return { status: 200, body: { items: rows.map(toPayment), next: null } }
  },

  async 'POST /payments/:id/settle'({ id }) {
    await database.execute(
      "UPDATE payments SET settled_at = UTC_TIMESTAMP(3) WHERE id = ? AND status = 'captured' AND settled_at IS NULL",
      [id],
    )
    return { status: 200, body: { id } }
  },
})
