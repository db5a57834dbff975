import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paymentsApi } from '@matinee/contracts/payment'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { connectMysql } from '@matinee/stores/mysql/connect'
import { isStoreUnavailable } from '@matinee/stores/mysql/errors'
import { createIdempotencyKeys } from '@matinee/stores/mysql/idempotency-keys'
import type { Config } from './config.ts'
import { createCardProcessor } from './data/card-processor.ts'
import { createPaymentStore } from './data/payment-store.ts'
import type { Context } from './domain/context.ts'
import { paymentJobs } from './domain/jobs.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { paymentRouter, withoutCvc } from './routes/payments.ts'

interface PaymentOverrides extends Overrides {
  now?: () => Date
  /** What the slow test card waits for. */
  slowCard?: () => Promise<unknown>
  /** How long a process may work on a payment before it counts as dead. */
  leaseMs?: number
}

const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url))

export function createService(
  config: Config,
  {
    now = () => new Date(),
    slowCard = () => sleep(10_000),
    leaseMs = config.REQUEST_TIMEOUT_MS + 5_000,
    ...overrides
  }: PaymentOverrides = {},
): Service {
  return buildService('payment', config, overrides, (kit) => {
    const { database, ...store } = connectMysql(config.DATABASE_URL, migrations, kit)
    const keys = createIdempotencyKeys(database)
    const processor = createCardProcessor(database, slowCard)
    const admission = kit.admissions.of(paymentsApi.createPayment)
    const context: Context = {
      payments: createPaymentStore(database, leaseMs),
      // It may take seconds. Meanwhile other payments use the turn.
      processor: {
        ...processor,
        charge: (...request) => admission.outside(() => processor.charge(...request)),
      },
      keys,
      events: createEvents(kit),
      newId: randomUUID,
      now,
    }
    const idempotency = {
      store: keys,
      secret: config.FINGERPRINT_SECRET,
      fingerprintBody: withoutCvc,
      keeps: ({ problem }: { problem: string }) => problem === 'card-declined',
    }
    return {
      routers: [paymentRouter(context, { admissions: kit.admissions, idempotency, noStore: true })],
      openApi,
      isStoreUnavailable,
      parts: [store, runJobs(paymentJobs(context), kit)],
    }
  })
}
