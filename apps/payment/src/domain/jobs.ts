import type { Job } from '@matinee/service-kit/lifecycle/jobs'
import type { Context } from './context.ts'
import { recover } from './recover.ts'

/** The background work of every replica. */
export function paymentJobs(context: Context): Job[] {
  return [
    { name: 'recover payments', intervalMs: 1_000, run: () => recover(context) },
    {
      name: 'delete expired idempotency keys',
      intervalMs: 60_000,
      run: () => context.keys.deleteExpired(),
    },
  ]
}
