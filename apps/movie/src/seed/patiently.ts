import { setTimeout as sleep } from 'node:timers/promises'

/** A service does not answer, or says that it cannot for now. */
export class NoAnswerError extends Error {
  override name = 'NoAnswerError'
}

export interface Patience {
  /** How long to go on trying, in ms. */
  patienceMs: number
  /** Takes a line at the first failure and every 10 s after that. */
  say: (line: string) => void
  /** Ends the waiting when it aborts. */
  signal: AbortSignal
}

const retryMs = 1_000
const sayMs = 10_000

/**
 * Does the work again, every second, while it ends in a NoAnswerError.
 *
 * @throws the last NoAnswerError when the patience is over, any other error at once, an `AbortError` when the signal aborts
 */
export async function patiently(
  work: () => Promise<void>,
  { patienceMs, say, signal }: Patience,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  let silentUntil = 0
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      const now = performance.now()
      if (!(error instanceof NoAnswerError) || now > deadline) throw error
      if (now >= silentUntil) {
        say(`waiting: ${error.message}`)
        silentUntil = now + sayMs
      }
      await sleep(retryMs, undefined, { signal })
    }
  }
}
