import type { Dispatcher } from 'undici'
import { createTransport, maxAnswerBytes } from '@matinee/service-kit/calls/transport'
import type { Attempt, SendOptions } from '@matinee/service-kit/calls/transport'
import { timeLeft } from '@matinee/service-kit/http/context'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { createAdmission } from '@matinee/service-kit/overload/admission'
import type { Target } from '../clients/services.ts'

export interface ForwardedRequest {
  method: string
  path: string
  headers: Record<string, string | string[]>
  body: Buffer | null
}

/** A whole answer. */
export interface Answer {
  statusCode: number
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

/** One service as the edge reaches it: bytes in, bytes out. */
export interface Upstream extends Part {
  /**
   * Forwards a request, with one retry when the connection fails and a retry is safe.
   *
   * @throws ProblemError `dependency-timeout` or `dependency-unavailable` when there was no answer; `overloaded`
   */
  forward(request: ForwardedRequest, signal: AbortSignal | undefined): Promise<Answer>
  /** The same for an endless answer, which `deliver` receives while it arrives: the timeout ends with its headers. */
  stream(
    request: ForwardedRequest,
    signal: AbortSignal,
    deliver: (answer: Dispatcher.ResponseData) => Promise<void>,
  ): Promise<void>
}

export function createUpstream(
  kit: Kit,
  { name, baseUrl, timeoutMs }: Target,
  concurrency: number,
): Upstream {
  const requests = createTransport(kit, {
    name,
    baseUrl,
    connections: concurrency,
    maxResponseSize: maxAnswerBytes,
  })
  // Streams stay open: in the other pool they would use up the connections.
  const streams = createTransport(kit, { name, baseUrl })
  const admission = createAdmission(concurrency)

  function optionsOf(request: ForwardedRequest, signal: AbortSignal | undefined): SendOptions {
    return {
      timeoutMs: Math.min(timeoutMs, timeLeft()),
      isRepeatable: ['GET', 'HEAD'].includes(request.method) || 'idempotency-key' in request.headers,
      ...(signal && { signal }),
    }
  }

  function ask(request: ForwardedRequest, attempt: Attempt): Promise<Dispatcher.ResponseData> {
    const deadlineMs = Math.max(1, Math.floor(attempt.timeLeftMs()))
    return attempt.pool.request({
      ...request,
      headers: { ...request.headers, 'x-deadline-ms': String(deadlineMs) },
      signal: attempt.signal,
    })
  }

  return {
    // Reads the whole answer: a client that reads slowly must not keep the place of another.
    forward: (request, signal) =>
      admission.run(() =>
        requests.send(optionsOf(request, signal), async (attempt) => {
          const { statusCode, headers, body } = await ask(request, attempt)
          return { statusCode, headers, body: Buffer.from(await body.arrayBuffer()) }
        }),
      ),
    stream: (request, signal, deliver) =>
      streams.send(optionsOf(request, signal), async (attempt) => {
        const answer = await ask(request, attempt)
        attempt.noRetry()
        attempt.noTimeout()
        await deliver(answer)
      }),
    async stop() {
      await Promise.all([requests.stop(), streams.stop('destroy')])
    },
  }
}
