import type { Job } from '@matinee/service-kit/lifecycle/jobs'
import type { Context } from './context.ts'
import { expireHolds } from './expire-holds.ts'
import { confirmBeforeExpiry, finishRefunds, settlePayments } from './reconcile.ts'

/** The background work of every replica. */
export function bookingJobs(context: Context): Job[] {
  return [
    { name: 'expire holds', intervalMs: 500, run: async () => (await expireHolds(context)).length > 0 },
    { name: 'confirm before expiry', intervalMs: 1_000, run: () => confirmBeforeExpiry(context) },
    { name: 'settle payments', intervalMs: 2_000, run: () => settlePayments(context) },
    { name: 'finish refunds', intervalMs: 2_000, run: () => finishRefunds(context) },
    {
      name: 'delete expired idempotency keys',
      intervalMs: 60_000,
      run: () => context.keys.deleteExpired(),
    },
  ]
}
