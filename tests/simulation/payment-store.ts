import type { Claim } from '@matinee/service-kit/http/idempotency'
import { isVisible, toPayment } from '../../apps/payment/src/domain/context.ts'
import type { Change, ChargeOutcome, PaymentStore } from '../../apps/payment/src/domain/context.ts'
import type { Context } from '../../apps/payment/src/domain/context.ts'
import type { Database } from './database.ts'
import { keepAnswer, keyRow } from './key-store.ts'
import { isActive } from './payment-tables.ts'
import type { PaymentRow, PaymentTables, Processor } from './payment-tables.ts'
import type { Process, World } from './world.ts'

/** How long a process may work on a payment before it counts as dead: as in payment's `service.ts`. */
const leaseMs = 20_000
const settleAfterMs = 30_000

const paymentLock = (id: string) => `payment ${id}`

/** What payment's `payment-store.ts` does with its statements: the same keys, guards and times. */
export function createPaymentStore(
  database: Database,
  process: Process,
  { payments, keys }: PaymentTables,
): PaymentStore {
  const { clock } = database
  const rows = () => [...payments.values()]

  /** One guarded update, and the answer with it; null when there is no such payment. */
  function change(
    what: string,
    id: string,
    guard: (row: PaymentRow) => boolean,
    changed: (row: PaymentRow) => PaymentRow,
    { claim, isEffect = false }: { claim?: Claim | undefined; isEffect?: boolean } = {},
  ): Promise<Change | null> {
    const locks = [paymentLock(id), ...(claim ? [keyRow(claim)] : [])]
    return database.run<Change | null>(process, {
      what: `${what} ${id}`,
      rows: locks,
      execute() {
        const before = payments.get(id)
        if (!before) return { result: null }
        const isChanged = guard(before)
        const after = isChanged ? changed(before) : before
        const answer = claim && isVisible(after.record) ? claim.answer(toPayment(after.record)) : undefined
        return {
          result: { payment: after.record, changed: isChanged },
          change: {
            rows: locks,
            isEffect: isChanged && isEffect,
            commit() {
              payments.set(id, after)
              if (claim && answer) keepAnswer(keys, claim, answer)
            },
          },
        }
      },
    })
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
      const isDecline = outcome !== 'captured' && outcome !== 'voided'
      const concluded = await change(
        `conclude ${outcome}`,
        id,
        ({ record }) => record.status === 'processing',
        (row) => ({
          ...row,
          record: {
            ...row.record,
            status: isDecline ? 'declined' : outcome,
            reason: isDecline ? outcome : null,
          },
          idempotencyKey: outcome === 'voided' ? null : row.idempotencyKey,
        }),
        { claim },
      )
      if (!concluded) throw new Error(`Payment ${id} was never begun`)
      return concluded
    },

    refund: (id, claim) =>
      change(
        'refund',
        id,
        ({ record }) => record.status === 'captured',
        (row) => ({ ...row, record: { ...row.record, status: 'refunded', refundedAt: new Date(clock()) } }),
        { claim, isEffect: true },
      ),

    async noteReturn(id) {
      await change(
        'note the return of',
        id,
        ({ record, returnedAt }) => record.status === 'refunded' && returnedAt === null,
        (row) => ({ ...row, returnedAt: clock() }),
      )
    },

    settle: (id) =>
      change(
        'settle',
        id,
        ({ record, settledAt }) => record.status === 'captured' && settledAt === null,
        (row) => ({ ...row, settledAt: clock() }),
        { isEffect: true },
      ),

    find: (id) => find(`find payment ${id}`, ({ record }) => record.id === id),
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

/** What the simulated card processor does: the first outcome of an id stands. */
export function createProcessor(
  world: World,
  database: Database,
  process: Process,
  { charges, refunds }: Processor,
): Context['processor'] {
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
