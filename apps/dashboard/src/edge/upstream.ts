import type { Dispatcher } from 'undici'
import { createTransport } from '@matinee/service-kit/calls/transport'
import type { Transport } from '@matinee/service-kit/calls/transport'
import { timeLeft } from '@matinee/service-kit/http/context'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { createAdmission } from '@matinee/service-kit/overload/admission'
import type { Target } from '../clients/services.ts'

interface ForwardedRequest {
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
  kit: Kit,
  { name, baseUrl, timeoutMs }: Target,
  concurrency: number,
): Upstream {
  const requests = createTransport(kit, { name, baseUrl, connections: concurrency })
  // Streams stay open: in the other pool they would use up the connections.
  const streams = createTransport(kit, { name, baseUrl })
  const admission = createAdmission(concurrency)

  function forwardOver(transport: Transport, isEndless: boolean): Upstream['forward'] {
    return (request, signal, deliver) => {
      const options = {
        timeoutMs: Math.min(timeoutMs, timeLeft()),
        isRepeatable: ['GET', 'HEAD'].includes(request.method) || 'idempotency-key' in request.headers,
        signal,
      }
      return transport.send(options, async (attempt) => {
        const deadlineMs = Math.max(1, Math.floor(attempt.timeLeftMs))
        const answer = await attempt.pool.request({
          ...request,
          headers: { ...request.headers, 'x-deadline-ms': String(deadlineMs) },
          signal: attempt.signal,
        })
        attempt.noRetry()
        if (isEndless) attempt.noTimeout()
        await deliver(answer)
      })
    }
  }

  const forward = forwardOver(requests, false)
  return {
    forward: (...request) => admission.run(() => forward(...request)),
    stream: forwardOver(streams, true),
    async stop() {
      await Promise.all([requests.stop(), streams.stop('destroy')])
    },
  }
}
