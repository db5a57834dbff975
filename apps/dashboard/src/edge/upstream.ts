import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { createRetryBudget } from '@matinee/service-kit/calls/client'
import { timeLeft } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { createAdmission } from '@matinee/service-kit/overload/admission'
import type { Target } from '../clients/services.ts'

export interface ForwardedRequest {
  method: string
  path: string
  headers: Record<string, string | string[]>
  body: Buffer | null
}

/** One service as the edge reaches it: bytes in, bytes out. */
export interface Upstream extends Part {
  /**
   * Forwards a request, with one retry when the connection fails and a retry is safe, and passes the answer to `deliver`
   * while it is still arriving.
   *
   * @throws ProblemError `dependency-timeout` or `dependency-unavailable` when there was no answer; `overloaded`
   */
  forward(
    request: ForwardedRequest,
    signal: AbortSignal,
    deliver: (answer: Dispatcher.ResponseData) => Promise<void>,
  ): Promise<void>
  /** The same for an endless answer: the timeout ends with its headers. */
  stream: Upstream['forward']
}

export function createUpstream(
  { metrics }: Kit,
  { name, baseUrl, timeoutMs }: Target,
  concurrency: number,
): Upstream {
  const pool = new Pool(baseUrl, { connections: concurrency, bodyTimeout: 0, headersTimeout: 0 })
  // Streams stay open: in the other pool they would use up the connections.
  const streams = new Pool(baseUrl, { bodyTimeout: 0, headersTimeout: 0 })
  const admission = createAdmission(concurrency)
  const budget = createRetryBudget()

  function problemOf(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted || error instanceof ProblemError) return error
    const options = { cause: error, members: { dependency: name } }
    return error instanceof DOMException && error.name === 'TimeoutError'
      ? new ProblemError(
          'dependency-timeout',
          `The ${name} service did not answer in time. Whether it acted is not known yet.`,
          options,
        )
      : new ProblemError(
          'dependency-unavailable',
          `The ${name} service cannot be reached. Try again in a moment.`,
          options,
        )
  }

  async function send(
    from: Pool,
    request: ForwardedRequest,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const isSafe =
      request.method === 'GET' || request.method === 'HEAD' || 'idempotency-key' in request.headers
    budget.earn()
    try {
      return await from.request({ ...request, signal })
    } catch (error) {
      if (signal.aborted || !isSafe || !budget.spend()) throw error
      metrics.callRetries.inc({ dependency: name })
      return await from.request({ ...request, signal })
    }
  }

  function forwardOver(from: Pool, isEndless: boolean): Upstream['forward'] {
    return async (request, signal, deliver) => {
      const ms = Math.max(1, Math.floor(Math.min(timeoutMs, timeLeft())))
      const headers = { ...request.headers, 'x-deadline-ms': String(ms) }
      const timeout = new AbortController()
      const timer = setTimeout(() => {
        timeout.abort(new DOMException('no answer in time', 'TimeoutError'))
      }, ms)
      try {
        const answer = await send(from, { ...request, headers }, AbortSignal.any([signal, timeout.signal]))
        if (isEndless) clearTimeout(timer)
        await deliver(answer)
      } catch (error) {
        throw problemOf(error, signal)
      } finally {
        clearTimeout(timer)
      }
    }
  }

  const forward = forwardOver(pool, false)
  return {
    forward: (...request) => admission.run(() => forward(...request)),
    stream: forwardOver(streams, true),
    async stop() {
      await Promise.all([pool.close(), streams.destroy()])
    },
  }
}
