import { paymentsApi } from '@matinee/contracts/payment'
import type { PaymentInput } from '@matinee/contracts/payment'
import { chargeCard } from '../../apps/payment/src/domain/charge-card.ts'
import type { Context } from '../../apps/payment/src/domain/context.ts'
import { paymentJobs } from '../../apps/payment/src/domain/jobs.ts'
import { listPayments, readPayment } from '../../apps/payment/src/domain/read-payments.ts'
import { refundPayment } from '../../apps/payment/src/domain/refund-payment.ts'
import { settlePayment } from '../../apps/payment/src/domain/settle-payment.ts'
import type { Database } from './database.ts'
import { createKeyStore } from './key-store.ts'
import { createPaymentStore, createProcessor } from './payment-store.ts'
import type { PaymentTables, Processor } from './payment-tables.ts'
import type { Process } from './process.ts'
import { createReplica, repeatJobs } from './replica.ts'
import type { World } from './world.ts'

/** As in payment's `config.ts`. */
const requestTimeoutMs = 15_000

/** A replica of payment: its domain code on simulated stores, with its background work. */
export function startPayment(
  world: World,
  process: Process,
  { database, tables, processor }: { database: Database; tables: PaymentTables; processor: Processor },
) {
  const tell = (what: string) => () => {
    world.tell(() => `${process.name}: ${what}`)
  }
  // A decline, and a payment that the same key has made before.
  const keys = createKeyStore(database, process, tables.keys, ['createPayment'])
  const context: Context = {
    keys,
    payments: createPaymentStore(database, process, tables),
    processor: createProcessor(world, database, process, processor),
    events: {
      paymentConcluded: tell('payment concluded'),
      paymentRecovered: tell('payment recovered'),
      paymentRefunded: tell('payment refunded'),
      paymentSettled: tell('payment settled'),
    },
    newId: () => world.random.uuid(),
    now: () => new Date(),
  }
  repeatJobs(world, process, paymentJobs(context))
  return createReplica(world, process, {
    api: paymentsApi,
    idempotency: { store: keys, keeps: ({ problem }) => problem === 'card-declined' },
    requestTimeoutMs,
    handlers: {
      createPayment: ({ body, claim }) => chargeCard(context, body as PaymentInput, claim),
      getPayment: ({ params: { id = '' } }) => readPayment(context, id),
      listPayments: ({ query }) => listPayments(context, { ...query, limit: 100 }),
      settlePayment: ({ params: { id = '' } }) => settlePayment(context, id),
      refundPayment: ({ params: { id = '' }, claim }) => refundPayment(context, id, claim),
    },
  })
}
