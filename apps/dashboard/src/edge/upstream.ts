import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { createAdmission } from '@matinee/service-kit/overload/admission'
import { createRetryBudget } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'

export interface Forwarded {
  method: string
  path: string
  headers: Record<string, string | string[]>
  body: Buffer | null
}

export interface Upstream extends Part {
  /**
   * Sends a request on as it is, once more when the connection fails and that is safe, and hands the answer to
   * `deliver` while it still streams.
   *
   * @throws ProblemError `dependency-timeout` or `dependency-unavailable` when there was no answer; `overloaded`
   */
  forward(
    request: Forwarded,
    options: { timeoutMs: number; signal: AbortSignal },
    deliver: (answer: Dispatcher.ResponseData) => Promise<void>,
  ): Promise<void>
  /** The same for an answer that has no end of its own: only its beginning must come in time. */
  stream: Upstream['forward']
}

/** A service as the edge reaches it: bytes in, bytes out. */
export function createUpstream(
  { metrics }: Kit,
  { name, baseUrl, concurrency }: { name: string; baseUrl: string; concurrency: number },
): Upstream {
  const pool = new Pool(baseUrl, { connections: concurrency, bodyTimeout: 0, headersTimeout: 0 })
  // Streams stay open for long: in the other pool they would leave no connection for the rest.
  const streams = new Pool(baseUrl, { bodyTimeout: 0, headersTimeout: 0 })
  const admission = createAdmission(concurrency)
  const budget = createRetryBudget()

  function problemOf(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted || error instanceof ProblemError) return error
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      return new ProblemError(
        'dependency-timeout',
        `The ${name} service did not answer in time. Whether it acted is not known yet.`,
        { cause: error, members: { dependency: name } },
      )
    }
    return new ProblemError(
      'dependency-unavailable',
      `The ${name} service cannot be reached. Try again in a moment.`,
      {
        cause: error,
        members: { dependency: name },
      },
    )
  }

  async function ask(from: Pool, request: Forwarded, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const isSafe =
      request.method === 'GET' || request.method === 'HEAD' || 'idempotency-key' in request.headers
    budget.earn()
    try {
      return await from.request({ ...request, method: request.method, signal })
    } catch (error) {
      if (signal.aborted || !isSafe || !budget.spend()) throw error
      metrics.callRetries.inc({ dependency: name })
      return await from.request({ ...request, method: request.method, signal })
    }
  }

  function forwardFrom(from: Pool, endless: boolean): Upstream['forward'] {
    return async (request, { timeoutMs, signal }, deliver) => {
      const late = new AbortController()
      const timer = setTimeout(() => {
        late.abort(new DOMException('no answer in time', 'TimeoutError'))
      }, timeoutMs)
      try {
        const answer = await ask(from, request, AbortSignal.any([signal, late.signal]))
        if (endless) clearTimeout(timer)
        await deliver(answer)
      } catch (error) {
        throw problemOf(error, signal)
      } finally {
        clearTimeout(timer)
      }
    }
  }

  const forward = forwardFrom(pool, false)
  return {
    forward: (...request) => admission.run(() => forward(...request)),
    stream: forwardFrom(streams, true),
    async stop() {
      await Promise.all([pool.close(), streams.destroy()])
    },
  }
}
