import { randomUUID } from 'node:crypto'
import { paymentsApi } from '@matinee/contracts/payment'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { createCardProcessor } from './data/card-processor.ts'
import type { Config } from './config.ts'
import { connectDatabase } from './data/database.ts'
import { isStoreUnavailable } from './data/errors.ts'
import { createIdempotencyStore } from './data/idempotency-store.ts'
import { createPaymentStore } from './data/payment-store.ts'
import { recover } from './domain/recover.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { paymentRouter, withoutCvc } from './routes/payments.ts'

interface PaymentOverrides extends Overrides {
  now?: () => Date
  /** How long the slow test card takes. */
  slowCardMs?: number
  /** How long a process may work on a payment before it counts as dead. */
  leaseMs?: number
}

export function createService(
  config: Config,
  {
    now = () => new Date(),
    slowCardMs = 10_000,
    leaseMs = config.REQUEST_TIMEOUT_MS + 5_000,
    ...overrides
  }: PaymentOverrides = {},
): Service {
  return buildService('payment', config, overrides, (kit) => {
    const database = connectDatabase(config.DATABASE_URL, kit)
    const keys = createIdempotencyStore(database.prisma)
    const context = {
      payments: createPaymentStore(database.prisma, leaseMs),
      processor: createCardProcessor(database.prisma, slowCardMs),
      events: createEvents(kit),
      newId: randomUUID,
      now,
    }
    const jobs = runJobs(
      [
        { name: 'recover payments', intervalMs: 1_000, run: async () => (await recover(context), false) },
        {
          name: 'delete expired idempotency keys',
          intervalMs: 60_000,
          run: async () => (await keys.deleteOld(), false),
        },
      ],
      kit,
    )
    const idempotency = {
      store: keys,
      secret: config.FINGERPRINT_SECRET,
      fingerprintBody: withoutCvc,
      keeps: ({ problem }: { problem: string }) => problem === 'card-declined',
    }
    return {
      routers: [paymentRouter(context, { admission: kit.admission, idempotency })],
      openApi,
      guarded: [paymentsApi],
      isStoreUnavailable,
      parts: [database, jobs],
    }
  })
}
