import type { Job } from '@matinee/service-kit/lifecycle/jobs'
import type { Context } from './context.ts'
import { refreshListings } from './refresh-listings.ts'

/** The background work of every replica. */
export function movieJobs(context: Context): Job[] {
  return [
    {
      name: 'refresh listings',
      intervalMs: context.theatreRefreshMs,
      async run() {
        await refreshListings(context)
        return false
      },
    },
  ]
}
