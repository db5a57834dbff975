import type { Claim, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import type { CardProcessor, Change, PaymentStore } from '../../apps/payment/src/domain/context.ts'
import { isVisible, toPayment } from '../../apps/payment/src/domain/payment.ts'
import type { ChargeOutcome, PaymentRecord } from '../../apps/payment/src/domain/payment.ts'
import type { Database } from './database.ts'
import { keepAnswer, keyRow, runKeepAnswer } from './key-store.ts'
import { isActive } from './payment-tables.ts'
import type { PaymentRow, PaymentTables, Processor } from './payment-tables.ts'
import type { Process } from './process.ts'
import type { World } from './world.ts'

/** How long a process may work on a payment before it counts as dead; as in payment's `service.ts`. */
const leaseMs = 20_000
const settleAfterMs = 30_000

const paymentLock = (id: string) => `payment ${id}`

interface Update {
  guard: (row: PaymentRow) => boolean
  changed: (row: PaymentRow) => PaymentRow
  /** Whether it is the effect of a request. */
  isEffect?: boolean
}

/** The statements of payment's `payment-store.ts`: the same unique keys, guards and times. */
export function createPaymentStore(
  database: Database,
  process: Process,
  { payments, keys }: PaymentTables,
): PaymentStore {
  const { clock } = database
  const rows = () => [...payments.values()]

  /** One guarded update, and the answer with it. @returns false when the payment has left the state that it starts from */
  function write(
    what: string,
    id: string,
    { guard, changed, isEffect = false }: Update,
    keep?: { claim: Claim; answer: StoredAnswer },
  ): Promise<boolean> {
    const locks = [paymentLock(id), ...(keep ? [keyRow(keep.claim)] : [])]
    return database.run(process, {
      what: `${what} ${id}`,
      rows: locks,
      execute() {
        const before = payments.get(id)
        if (!before || !guard(before)) return { result: false }
        return {
          result: true,
          change: {
            rows: locks,
            isEffect,
            commit() {
              payments.set(id, changed(before))
              if (keep) keepAnswer(keys, keep.claim, keep.answer)
            },
          },
        }
      },
    })
  }

  const findRow = (id: string) => database.read(process, `find payment ${id}`, () => payments.get(id) ?? null)

  async function change(what: string, after: PaymentRecord, update: Update, claim?: Claim): Promise<Change> {
    const answerWith = (payment: PaymentRecord) =>
      claim && isVisible(payment) ? { claim, answer: claim.answer(toPayment(payment)) } : undefined
    if (await write(what, after.id, update, answerWith(after))) return { payment: after, changed: true }
    const row = await findRow(after.id)
    if (!row) throw new Error(`Payment ${after.id} was never begun`)
    const keep = answerWith(row.record)
    if (keep) await runKeepAnswer(database, process, keys, keep.claim, keep.answer)
    return { payment: row.record, changed: false }
  }

  function find(what: string, matches: (row: PaymentRow) => boolean) {
    return database.read(process, what, () => rows().find(matches)?.record ?? null)
  }

  function findIds(what: string, matches: (row: PaymentRow) => boolean): Promise<string[]> {
    return database.read(
      process,
      what,
      () =>
        rows()
          .filter(matches)
          .map(({ record }) => record.id),
      (ids) => ids.length === 0,
    )
  }

  return {
    begin: ({ idempotencyKey, ...attempt }) => {
      const locks = [`payment key ${idempotencyKey}`, `payment of ${attempt.bookingId}`]
      return database.run(process, {
        what: `begin payment ${attempt.id} of ${attempt.amount} for ${attempt.bookingId}`,
        rows: locks,
        execute() {
          const isTaken = rows().some(
            (row) =>
              row.idempotencyKey === idempotencyKey ||
              (isActive(row) && row.record.bookingId === attempt.bookingId),
          )
          if (isTaken) return { result: false }
          const createdAt = new Date(clock())
          return {
            result: true,
            change: {
              rows: locks,
              isEffect: true,
              commit: () =>
                payments.set(attempt.id, {
                  record: { ...attempt, status: 'processing', reason: null, createdAt, refundedAt: null },
                  idempotencyKey,
                  settledAt: null,
                  returnedAt: null,
                }),
            },
          }
        },
      })
    },

    async conclude(id, outcome, claim) {
      const row = await findRow(id)
      if (!row) throw new Error(`Payment ${id} was never begun`)
      const isDecline = outcome !== 'captured' && outcome !== 'voided'
      const record: PaymentRecord = {
        ...row.record,
        status: isDecline ? 'declined' : outcome,
        reason: isDecline ? outcome : null,
      }
      return await change(
        `conclude ${outcome}`,
        record,
        {
          guard: ({ record: { status } }) => status === 'processing',
          changed: (before) => ({
            ...before,
            record,
            idempotencyKey: outcome === 'voided' ? null : before.idempotencyKey,
          }),
        },
        claim,
      )
    },

    refund: (refunded, claim) =>
      change(
        'refund',
        refunded,
        {
          guard: ({ record: { status } }) => status === 'captured',
          changed: (row) => ({ ...row, record: refunded }),
          isEffect: true,
        },
        claim,
      ),

    async noteReturn(id) {
      await write('note the return of', id, {
        guard: ({ record, returnedAt }) => record.status === 'refunded' && returnedAt === null,
        changed: (row) => ({ ...row, returnedAt: clock() }),
      })
    },

    async settle(id) {
      const changed = await write('settle', id, {
        guard: ({ record, settledAt }) => record.status === 'captured' && settledAt === null,
        changed: (row) => ({ ...row, settledAt: clock() }),
        isEffect: true,
      })
      const row = await findRow(id)
      return row && { payment: row.record, changed }
    },

    async find(id) {
      const row = await findRow(id)
      return row && { payment: row.record, now: new Date(clock()) }
    },
    findByKey: (key) => find(`find the payment of ${key}`, ({ idempotencyKey }) => idempotencyKey === key),
    findActive: (bookingId) =>
      find(
        `find the active payment of ${bookingId}`,
        (row) => isActive(row) && row.record.bookingId === bookingId,
      ),

    list: ({ bookingId, unsettled }) =>
      database.read(
        process,
        unsettled ? 'list the unsettled payments' : `list the payments of ${String(bookingId)}`,
        () => {
          const items = rows()
            .filter(
              ({ record, settledAt }) =>
                (bookingId === undefined || record.bookingId === bookingId) &&
                (!unsettled ||
                  (record.status === 'captured' &&
                    settledAt === null &&
                    record.createdAt.getTime() <= clock() - settleAfterMs)),
            )
            .map(({ record }) => record)
            .filter(isVisible)
            .map(toPayment)
          return { items, next: null }
        },
        ({ items }) => unsettled === true && items.length === 0,
      ),

    findAbandoned: () =>
      findIds(
        'find abandoned payments',
        ({ record }) => record.status === 'processing' && record.createdAt.getTime() <= clock() - leaseMs,
      ),

    findUnreturned: () =>
      findIds(
        'find unreturned refunds',
        ({ record, returnedAt }) =>
          record.refundedAt !== null &&
          returnedAt === null &&
          record.refundedAt.getTime() <= clock() - leaseMs,
      ),
  }
}

const cards: Record<string, ChargeOutcome> = { '4000000000000002': 'declined' }
const slowCard = '4000000000000341'

/** The card processor: the first outcome of an id stands. */
export function createProcessor(
  world: World,
  database: Database,
  process: Process,
  { charges, refunds }: Processor,
): CardProcessor {
  function decide(what: string, id: string, outcome: ChargeOutcome): Promise<ChargeOutcome> {
    return database.run(process, {
      what: `${what} ${id} at the processor`,
      rows: [`charge ${id}`],
      execute() {
        const known = charges.get(id)
        if (known) return { result: known.outcome }
        return {
          result: outcome,
          change: {
            rows: [`charge ${id}`],
            commit: () => charges.set(id, { outcome, at: world.now() }),
          },
        }
      },
    })
  }

  return {
    async charge(id, { number }) {
      if (number === slowCard) await world.sleep(10_000, process)
      return await decide('charge', id, cards[number] ?? 'captured')
    },
    void: (id) => decide('void', id, 'voided'),
    async refund(id) {
      await database.run(process, {
        what: `give back ${id} at the processor`,
        execute: () => ({
          result: undefined,
          ...(!refunds.has(id) && {
            change: { rows: [`refund ${id}`], commit: () => refunds.set(id, { at: world.now() }) },
          }),
        }),
      })
    },
  }
}
