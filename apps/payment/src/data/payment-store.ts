import { DeclineReason } from '@matinee/contracts/payment'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { isVisible, toPayment } from '../domain/context.ts'
import type { Change, PaymentRecord, PaymentStore } from '../domain/context.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Payment as PaymentRow, PrismaClient } from '../generated/prisma/client.ts'
import { isDuplicate, retryConflicts } from './errors.ts'
import { keepAnswer } from './idempotency-store.ts'

function toRecord(row: PaymentRow): PaymentRecord {
  const { id, bookingId, amount, currency, status, reason, cardBrand, cardLast4, createdAt, refundedAt } = row
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

/** @param leaseMs how long a process may work on a payment before it counts as dead; longer than any charge takes */
export function createPaymentStore(prisma: PrismaClient, leaseMs: number): PaymentStore {
  const atOnce = 50
  const lease = Prisma.sql`INTERVAL ${leaseMs * 1_000} MICROSECOND`

  /** Runs one guarded update of a payment, and keeps the answer with it; null when there is no such payment. */
  function change(id: string, update: Prisma.Sql, claim?: Claim): Promise<Change | null> {
    return retryConflicts(() =>
      prisma.$transaction(async (transaction) => {
        const changed = await transaction.$executeRaw(update)
        const row = await transaction.payment.findUnique({ where: { id } })
        if (!row) return null
        const payment = toRecord(row)
        if (claim && isVisible(payment))
          await keepAnswer(transaction, claim, claim.answer(toPayment(payment)))
        return { payment, changed: changed === 1 }
      }),
    )
  }

  async function findIds(query: Prisma.Sql): Promise<string[]> {
    const rows = await prisma.$queryRaw<{ id: string }[]>(query)
    return rows.map(({ id }) => id)
  }

  /** Until when a payment must have been made to have waited for its booking for long enough. */
  async function settleDeadline(): Promise<Date> {
    const [row] = await prisma.$queryRaw<[{ time: Date }]>`
      SELECT UTC_TIMESTAMP(3) - INTERVAL 30 SECOND AS time`
    return row.time
  }

  /** The filter of what comes after a payment in the order of lists; the cursor is its id, and none comes after no payment. */
  async function afterCursor(id: string | undefined): Promise<Prisma.PaymentWhereInput> {
    if (id === undefined) return {}
    const last = await prisma.payment.findUnique({ where: { id } })
    if (!last) return { id: { in: [] } }
    const { createdAt } = last
    return { OR: [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }] }
  }

  return {
    async begin({ id, bookingId, amount, currency, card, idempotencyKey }) {
      const insert = () => prisma.$executeRaw`
        INSERT INTO payments
          (id, booking_id, amount, currency, status, card_brand, card_last4, idempotency_key, created_at)
        VALUES (${id}, ${bookingId}, ${amount}, ${currency}, 'processing', ${card.brand}, ${card.last4},
          ${idempotencyKey}, UTC_TIMESTAMP(3))`
      try {
        await retryConflicts(insert)
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },

    async conclude(id, outcome, claim) {
      const reason = DeclineReason.safeParse(outcome).data ?? null
      const status = reason ? 'declined' : outcome
      // What was never charged lets its key run anew.
      const update = Prisma.sql`
        UPDATE payments SET status = ${status}, reason = ${reason},
          idempotency_key = IF(${status} = 'voided', NULL, idempotency_key)
        WHERE id = ${id} AND status = 'processing'`
      const concluded = await change(id, update, claim)
      if (!concluded) throw new Error(`Payment ${id} was never begun`)
      return concluded
    },

    refund: (id, claim) =>
      change(
        id,
        Prisma.sql`
          UPDATE payments SET status = 'refunded', refunded_at = UTC_TIMESTAMP(3)
          WHERE id = ${id} AND status = 'captured'`,
        claim,
      ),

    async noteReturn(id) {
      await retryConflicts(
        () => prisma.$executeRaw`
          UPDATE payments SET returned_at = UTC_TIMESTAMP(3)
          WHERE id = ${id} AND status = 'refunded' AND returned_at IS NULL`,
      )
    },

    settle: (id) =>
      change(
        id,
        Prisma.sql`
          UPDATE payments SET settled_at = UTC_TIMESTAMP(3)
          WHERE id = ${id} AND status = 'captured' AND settled_at IS NULL`,
      ),

    async find(id) {
      const row = await prisma.payment.findUnique({ where: { id } })
      return row && toRecord(row)
    },

    async findByKey(idempotencyKey) {
      const row = await prisma.payment.findUnique({ where: { idempotencyKey } })
      return row && toRecord(row)
    },

    async findActive(activeBookingId) {
      const row = await prisma.payment.findUnique({ where: { activeBookingId } })
      return row && toRecord(row)
    },

    async list({ bookingId, unsettled }, limit, after) {
      const where: Prisma.PaymentWhereInput = {
        ...(await afterCursor(after)),
        status: { in: ['captured', 'refunded'] },
        ...(bookingId !== undefined && { bookingId }),
        ...(unsettled && {
          status: 'captured',
          settledAt: null,
          AND: { createdAt: { lte: await settleDeadline() } },
        }),
      }
      const rows = await prisma.payment.findMany({
        where,
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: limit + 1,
      })
      const items = rows.slice(0, limit).map(toRecord).filter(isVisible).map(toPayment)
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    },

    findAbandoned: () =>
      findIds(Prisma.sql`
        SELECT id FROM payments
        WHERE status = 'processing' AND settled_at IS NULL AND created_at <= UTC_TIMESTAMP(3) - ${lease}
        ORDER BY created_at LIMIT ${atOnce}`),

    findUnreturned: () =>
      findIds(Prisma.sql`
        SELECT id FROM payments
        WHERE status = 'refunded' AND returned_at IS NULL AND refunded_at <= UTC_TIMESTAMP(3) - ${lease}
        ORDER BY refunded_at LIMIT ${atOnce}`),
  }
}
