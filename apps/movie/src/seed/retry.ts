import { setTimeout as sleep } from 'node:timers/promises'

/** A service that cannot be reached, or cannot serve for now: worth a retry. */
export class UnavailableError extends Error {
  override name = 'UnavailableError'
}

interface RetryOptions {
  timeoutMs: number
  /** Called at the first failure, and then at most every 10 s. */
  log: (line: string) => void
  signal: AbortSignal
}

const delayMs = 1_000
const logIntervalMs = 10_000

/**
 * Retries the work every second while it throws an UnavailableError.
 *
 * @throws the last UnavailableError after `timeoutMs`, any other error at once, `AbortError` when the signal aborts
 */
export async function retry(
  work: () => Promise<void>,
  { timeoutMs, log, signal }: RetryOptions,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let nextLog = 0
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      const now = performance.now()
      if (!(error instanceof UnavailableError) || now > deadline) throw error
      if (now >= nextLog) {
        log(`waiting: ${error.message}`)
        nextLog = now + logIntervalMs
      }
      await sleep(delayMs, undefined, { signal })
    }
  }
}
