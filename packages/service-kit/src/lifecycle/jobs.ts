import { setTimeout as sleep } from 'node:timers/promises'
import type { Kit, Part } from './service.ts'

/** Background work that every replica repeats for as long as it runs. */
export interface Job {
  name: string
  /** Pause between two runs, in ms; at most a minute, because the alert `MatineeJobStalled` waits for two. */
  intervalMs: number
  /** @returns true when there is more to do, so that the next run follows without a pause */
  run(): Promise<boolean>
}

/** What a loop needs from its surroundings; the simulation supplies simulated time and seeded chance. */
export interface LoopOptions {
  sleep(ms: number): Promise<void>
  /** A number from 0 up to, but not including, 1. */
  random(): number
  isStopping(): boolean
  /** Called after every successful run with the number of failed attempts before it. */
  onSuccess(failures: number): void
  /** Called after every failed run with the number of consecutive failures, this one included. */
  onFailure(error: unknown, failures: number): void
}

const firstRetryMs = 1_000
const maxRetryMs = 10_000

/** The pause after a run, with jitter so that replicas drift apart; exponential backoff after failures. */
function pauseMs(intervalMs: number, failures: number, random: number): number {
  if (failures === 0) return intervalMs * (0.9 + 0.2 * random)
  const backoffMs = Math.min(Math.min(intervalMs, firstRetryMs) * 2 ** failures, maxRetryMs)
  return backoffMs * (0.5 + 0.5 * random)
}

/** Repeats one job until `isStopping()`. */
export async function repeatJob(job: Job, options: LoopOptions): Promise<void> {
  let failures = 0
  while (!options.isStopping()) {
    let hasMore = false
    try {
      hasMore = await job.run()
      options.onSuccess(failures)
      failures = 0
    } catch (error) {
      failures += 1
      options.onFailure(error, failures)
    }
    if (!hasMore) await options.sleep(pauseMs(job.intervalMs, failures, options.random()))
  }
}

/**
 * Runs jobs side by side from the start of the service. A failing job backs off exponentially and logs twice: when it
 * starts to fail and when it recovers. A graceful shutdown waits for the runs in progress.
 */
export function runJobs(
  jobs: Job[],
  { logger, metrics, stopping }: Pick<Kit, 'logger' | 'metrics' | 'stopping'>,
): Part {
  let loops: Promise<void>[] = []

  function start(job: Job): Promise<void> {
    const labels = { job: job.name }
    metrics.jobLastSuccess.set(labels, 0)
    let failingSince = 0
    return repeatJob(job, {
      // Rejects only when the service stops.
      sleep: (ms) => sleep(ms, undefined, { signal: stopping }).catch(() => undefined),
      random: Math.random,
      isStopping: () => stopping.aborted,
      onSuccess(failures) {
        metrics.jobLastSuccess.setToCurrentTime(labels)
        if (failures === 0) return
        const failedForMs = Math.round(performance.now() - failingSince)
        logger.info('job recovered', { ...labels, failedAttempts: failures, failedForMs })
      },
      onFailure(error, failures) {
        if (failures > 1) return
        failingSince = performance.now()
        logger.warn('job failing', { ...labels, error })
      },
    })
  }

  return {
    start() {
      loops = jobs.map(start)
      return Promise.resolve()
    },
    async stop() {
      await Promise.all(loops)
    },
  }
}
