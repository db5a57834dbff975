import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from './pool.ts'
import { countdown } from '../http/context.ts'
import { ProblemError } from '../http/problem.ts'
import type { Kit } from '../lifecycle/service.ts'

export interface TransportOptions {
  /** The other service's name, as it appears in metrics, logs and problems. */
  name: string
  baseUrl: string
  /** The most connections to it; unlimited when left out. */
  connections?: number
  /** The longest answer, in bytes; unlimited when left out. */
  maxResponseSize?: number
}

export interface SendOptions {
  /** The longest that all attempts may take together, in ms. */
  timeoutMs: number
  /** Whether a second attempt does no harm: for reads, and for writes under an idempotency key. */
  isRepeatable: boolean
  /** Aborts when the caller stops waiting. */
  signal?: AbortSignal
}

/** One attempt to get an answer. */
export interface Attempt {
  pool: Pool
  signal: AbortSignal
  timeLeftMs: () => number
  /** Rules out another attempt, because a part of this answer has been used. */
  noRetry(): void
  /** Lifts the timeout, for answers that are streams. */
  noTimeout(): void
}

export interface Transport {
  /**
   * Makes an attempt to get an answer, and a second one after a failure where that is safe and the retry budget allows it.
   *
   * @throws ProblemError `dependency-timeout` when there was no answer in time: whether the service acted is unknown
   * @throws ProblemError `dependency-unavailable` when it cannot be reached, and any other ProblemError of the attempt
   */
  send<T>(options: SendOptions, attempt: (attempt: Attempt) => Promise<T>): Promise<T>
  /** The problem when this service cannot answer. @param why such as `cannot be reached` */
  unavailable: (why: string, cause?: unknown) => ProblemError
  /** Waits for the requests in flight; `destroy` aborts them. */
  stop(how?: 'destroy'): Promise<void>
}

/** Limits retries to a tenth of the calls, so that they cannot become the overload. */
export function createRetryBudget(ratio = 0.1, max = 10) {
  let tokens = max
  return {
    earn: () => {
      tokens = Math.min(max, tokens + ratio)
    },
    spend: () => tokens >= 1 && ((tokens -= 1), true),
  }
}

/** The longest answer that we read into memory. */
export const maxAnswerBytes = 10_000_000

/** Requests to one other service: a pool of connections, timeouts, retries within a budget, and one mapping of errors. */
export function createTransport(
  { metrics }: Pick<Kit, 'metrics'>,
  { name, baseUrl, connections, maxResponseSize }: TransportOptions,
): Transport {
  const pool = new Pool(baseUrl, {
    // Timeouts are ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(connections !== undefined && { connections }),
    ...(maxResponseSize !== undefined && { maxResponseSize }),
  })
  const budget = createRetryBudget()
  const members = { dependency: name }

  function unavailable(why: string, cause?: unknown): ProblemError {
    return new ProblemError('dependency-unavailable', `The ${name} service ${why}. Try again in a moment.`, {
      cause,
      members,
    })
  }

  function toProblem(error: unknown, isLate: boolean): unknown {
    if (isLate) {
      return new ProblemError(
        'dependency-timeout',
        `The ${name} service did not answer in time. Whether it acted is not known yet.`,
        { cause: error, members },
      )
    }
    return error instanceof ProblemError ? error : unavailable('cannot be reached', error)
  }

  async function send<T>(
    { timeoutMs, isRepeatable, signal: gone }: SendOptions,
    attempt: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const timeLeftMs = countdown(timeoutMs)
    const late = new AbortController()
    // Cheaper than AbortSignal.timeout(), whose timer stays until it fires.
    const timer = setTimeout(
      () => {
        late.abort()
      },
      Math.max(0, timeoutMs),
    )
    const signal = gone ? AbortSignal.any([gone, late.signal]) : late.signal
    let retriesLeft = isRepeatable ? 1 : 0
    budget.earn()
    try {
      for (;;) {
        try {
          // In a busy process the timer is late, but no attempt may begin after the deadline.
          if (timeLeftMs() <= 0) late.abort()
          signal.throwIfAborted()
          return await attempt({
            pool,
            signal,
            timeLeftMs,
            noRetry() {
              retriesLeft = 0
            },
            noTimeout() {
              clearTimeout(timer)
            },
          })
        } catch (error) {
          if (signal.aborted || retriesLeft === 0 || !budget.spend()) throw error
          retriesLeft -= 1
          metrics.callRetries.inc(members)
          await sleep(20 + Math.random() * 80, undefined, { signal })
        }
      }
    } catch (error) {
      throw gone?.aborted ? error : toProblem(error, late.signal.aborted)
    } finally {
      clearTimeout(timer)
    }
  }

  return { send, unavailable, stop: (how) => (how === 'destroy' ? pool.destroy() : pool.close()) }
}
