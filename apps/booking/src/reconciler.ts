import { setTimeout as sleep } from 'node:timers/promises'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'

/** Work of the background. @returns whether there is more of it at once */
export interface Job {
  name: string
  everyMs: number
  work: () => Promise<boolean>
}

const longestPauseMs = 10_000

/**
 * Does the jobs again and again, side by side, on every replica. A job that fails is done ever more seldom until it works
 * again, and no two replicas keep step.
 */
export function createReconciler(jobs: Job[], { logger, stopping }: Kit): Part {
  let running: Promise<void>[] = []

  async function repeat({ name, everyMs, work }: Job): Promise<void> {
    let pauseMs = everyMs
    while (!stopping.aborted) {
      try {
        const more = await work()
        pauseMs = everyMs
        if (more) continue
      } catch (error) {
        pauseMs = Math.min(pauseMs * 2, Math.max(everyMs, longestPauseMs))
        logger.warn('reconciliation failed', { job: name, nextMs: pauseMs, error })
      }
      const jitter = 0.9 + Math.random() * 0.2
      await sleep(pauseMs * jitter, undefined, { signal: stopping }).catch(() => undefined)
    }
  }

  return {
    start() {
      running = jobs.map(repeat)
      return Promise.resolve()
    },
    async stop() {
      await Promise.all(running)
    },
  }
}
