import { DeclineReason } from '@matinee/contracts/payment'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { fromDate, toDate } from '@matinee/stores/mysql/connect'
import type { Database, Value } from '@matinee/stores/mysql/connect'
import { keepAnswer, keepAnswerWith } from '@matinee/stores/mysql/idempotency-keys'
import type { Change, PaymentStore } from '../domain/context.ts'
import { isVisible, toPayment } from '../domain/payment.ts'
import type { PaymentRecord } from '../domain/payment.ts'
import type { Payment } from '../generated/prisma/client.ts'
import { createPrisma } from './prisma.ts'

const columns = `p.id, p.booking_id AS bookingId, p.amount, p.currency, p.status, p.reason, p.card_brand AS cardBrand,
  p.card_last4 AS cardLast4, p.created_at AS createdAt, p.refunded_at AS refundedAt`

type Plain = Pick<
  Payment,
  'id' | 'bookingId' | 'amount' | 'currency' | 'status' | 'reason' | 'cardBrand' | 'cardLast4'
>
interface Row extends Plain {
  createdAt: string
  refundedAt: string | null
}
/** A guarded update: `where` names the state that it starts from, `after` is what the payment becomes. */
interface Update {
  set: string
  values: Value[]
  where: string
  after: PaymentRecord
}

function toRecord(row: Plain, createdAt: Date, refundedAt: Date | null): PaymentRecord {
  const { id, bookingId, amount, currency, status, reason, cardBrand, cardLast4 } = row
  return {
    id,
    bookingId,
    amount,
    currency,
    card: { brand: cardBrand, last4: cardLast4 },
    status: status as PaymentRecord['status'],
    reason: reason as PaymentRecord['reason'],
    createdAt,
    refundedAt,
  }
}

const fromRow = (row: Row) =>
  toRecord(row, toDate(row.createdAt), row.refundedAt === null ? null : toDate(row.refundedAt))
const fromPrisma = (row: Payment | null) => row && toRecord(row, row.createdAt, row.refundedAt)

/** @param leaseMs how long a process may work on a payment before it counts as dead; longer than any charge takes */
export function createPaymentStore(database: Database, leaseMs: number): PaymentStore {
  const prisma = createPrisma(database)
  const batch = 50

  async function write({ set, values, where, after }: Update, claim?: Claim): Promise<boolean> {
    if (!claim || !isVisible(after)) {
      const sql = `UPDATE payments p SET ${set} WHERE p.id = ? AND ${where}`
      return (await database.write(sql, [...values, after.id])) > 0
    }
    const kept = keepAnswerWith(claim, claim.answer(toPayment(after)))
    return (
      (await database.write(
        `UPDATE payments p ${kept.join} SET ${set}, ${kept.set} WHERE p.id = ? AND ${where}`,
        [...kept.joinValues, ...values, ...kept.setValues, after.id],
      )) > 0
    )
  }

  async function find(id: string): Promise<{ payment: PaymentRecord; now: Date } | null> {
    const [row] = await database.read<Row & { now: string }>(
      `SELECT ${columns}, UTC_TIMESTAMP(3) AS now FROM payments p WHERE p.id = ?`,
      [id],
    )
    return row ? { payment: fromRow(row), now: toDate(row.now) } : null
  }

  async function findBegun(id: string): Promise<PaymentRecord> {
    const found = await find(id)
    if (!found) throw new Error(`Payment ${id} was never begun`)
    return found.payment
  }

  /** Makes an update, unless the payment has left the state that it starts from. Keeps the answer in either case. */
  async function change(update: Update, claim?: Claim): Promise<Change> {
    if (await write(update, claim)) return { payment: update.after, changed: true }
    const payment = await findBegun(update.after.id)
    if (claim && isVisible(payment)) await keepAnswer(database, claim, claim.answer(toPayment(payment)))
    return { payment, changed: false }
  }

  async function findIds(where: string, orderBy: string): Promise<string[]> {
    const rows = await database.read<{ id: string }>(
      `SELECT id FROM payments WHERE ${where} ORDER BY ${orderBy} LIMIT ${batch}`,
      [leaseMs * 1_000],
    )
    return rows.map(({ id }) => id)
  }

  return {
    begin: ({ id, bookingId, amount, currency, card, idempotencyKey }) =>
      database.insert(
        `INSERT INTO payments
           (id, booking_id, amount, currency, status, card_brand, card_last4, idempotency_key, created_at)
         VALUES (?, ?, ?, ?, 'processing', ?, ?, ?, UTC_TIMESTAMP(3))`,
        [id, bookingId, amount, currency, card.brand, card.last4, idempotencyKey],
      ),

    async conclude(id, outcome, claim) {
      const reason = DeclineReason.safeParse(outcome).data ?? null
      const status = outcome === 'captured' || outcome === 'voided' ? outcome : 'declined'
      const after: PaymentRecord = { ...(await findBegun(id)), status, reason }
      // A charge that never happened frees its key.
      const freeKey = status === 'voided' ? ', p.idempotency_key = NULL' : ''
      return await change(
        {
          set: `p.status = ?, p.reason = ?${freeKey}`,
          values: [status, reason],
          where: `p.status = 'processing'`,
          after,
        },
        claim,
      )
    },

    refund: (refunded, claim) =>
      change(
        {
          set: `p.status = 'refunded', p.refunded_at = ?`,
          values: [refunded.refundedAt && fromDate(refunded.refundedAt)],
          where: `p.status = 'captured'`,
          after: refunded,
        },
        claim,
      ),

    async noteReturn(id) {
      await database.write(
        `UPDATE payments SET returned_at = UTC_TIMESTAMP(3)
         WHERE id = ? AND status = 'refunded' AND returned_at IS NULL`,
        [id],
      )
    },

    async settle(id) {
      const settled = await database.write(
        `UPDATE payments SET settled_at = UTC_TIMESTAMP(3)
         WHERE id = ? AND status = 'captured' AND settled_at IS NULL`,
        [id],
      )
      const found = await find(id)
      return found && { payment: found.payment, changed: settled === 1 }
    },

    find,

    findByKey: async (idempotencyKey) =>
      fromPrisma(await (await prisma()).payment.findUnique({ where: { idempotencyKey } })),

    findActive: async (activeBookingId) =>
      fromPrisma(await (await prisma()).payment.findUnique({ where: { activeBookingId } })),

    async list({ bookingId, unsettled }, limit, after) {
      const conditions = [
        unsettled
          ? `p.status = 'captured' AND p.settled_at IS NULL AND p.created_at <= UTC_TIMESTAMP(3) - INTERVAL 30 SECOND`
          : `p.status IN ('captured', 'refunded')`,
        ...(bookingId === undefined ? [] : ['p.booking_id = ?']),
        // The cursor is the id of the last payment seen; nothing comes after an unknown one.
        ...(after === undefined
          ? []
          : ['(p.created_at, p.id) > (SELECT l.created_at, l.id FROM payments l WHERE l.id = ?)']),
      ]
      const rows = await database.read<Row>(
        `SELECT ${columns} FROM payments p WHERE ${conditions.join(' AND ')}
         ORDER BY p.created_at, p.id LIMIT ?`,
        [bookingId, after, limit + 1].filter((value) => value !== undefined),
      )
      const items = rows.slice(0, limit).map(fromRow).filter(isVisible).map(toPayment)
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    },

    findAbandoned: () =>
      findIds(
        `status = 'processing' AND settled_at IS NULL AND created_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`,
        'created_at',
      ),

    findUnreturned: () =>
      findIds(
        `status = 'refunded' AND returned_at IS NULL AND refunded_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`,
        'refunded_at',
      ),
  }
}
