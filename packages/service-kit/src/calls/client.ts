import { fillPath } from '@matinee/contracts/endpoint'
import type { AnswerBody, Call, Endpoint } from '@matinee/contracts/endpoint'
import { clientHeaders, requestContext, timeLeft, traceparent } from '../http/context.ts'
import { ProblemError } from '../http/problem.ts'
import type { Kit, Part } from '../lifecycle/service.ts'
import { createBreaker } from './breaker.ts'
import type { Breaker } from './breaker.ts'
import { createTransport, maxAnswerBytes } from './transport.ts'
import type { Attempt } from './transport.ts'

/** The other service refused the request (4xx): an answer, not a failure. */
export class UpstreamProblem extends Error {
  override name = 'UpstreamProblem'
  readonly status: number
  /** The last part of the problem's `type`. */
  readonly slug: string
  readonly body: Record<string, unknown>

  constructor(dependency: string, status: number, body: Record<string, unknown>) {
    const slug = String(body['type']).split('/').at(-1) ?? ''
    super(`${dependency} answered ${status} ${slug}`)
    this.status = status
    this.slug = slug
    this.body = body
  }
}

export interface ClientOptions {
  /** The other service's name, as it appears in metrics, logs and problems. */
  name: string
  baseUrl: string
  /** The longest that a call may take, its retry included, in ms. */
  timeoutMs: number
  /** Sent to admin endpoints only. */
  adminToken?: string
}

export interface ServiceClient extends Part {
  breaker: Breaker
  /**
   * Calls an endpoint and returns the body of its success.
   *
   * @throws UpstreamProblem for a 4xx answer
   * @throws ProblemError `dependency-timeout` when there was no answer in time: whether the service acted is unknown
   * @throws ProblemError `dependency-unavailable` when it cannot be reached, fails, breaks its contract, or its breaker is open
   */
  call<E extends Endpoint>(
    endpoint: E,
    call: Call<E>,
    options?: { timeoutMs?: number },
  ): Promise<AnswerBody<E>>
  stop(): Promise<void>
}

interface WireCall {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
  idempotencyKey?: string
}

function pathOf(endpoint: Endpoint, { params = {}, query = {} }: WireCall): string {
  const path = fillPath(endpoint.path, params)
  const entries = Object.entries(query).filter(([, value]) => value !== undefined)
  return entries.length === 0
    ? path
    : `${path}?${new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)])).toString()}`
}

function headersOf(
  { body, idempotencyKey }: WireCall,
  timeLeftMs: () => number,
  adminToken: string | undefined,
): Iterable<[string, string]> {
  const context = requestContext()
  const headers = {
    accept: 'application/json',
    traceparent: traceparent(),
    ...(context && { 'x-request-id': context.requestId }),
    ...clientHeaders(),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(adminToken !== undefined && { authorization: `Bearer ${adminToken}` }),
  }
  return {
    // undici asks when a connection is free: the time until then is taken off the deadline.
    *[Symbol.iterator]() {
      yield* Object.entries(headers)
      yield ['x-deadline-ms', String(Math.max(0, Math.floor(timeLeftMs())))]
    },
  }
}

/** What the other service answered: JSON that keeps its contract, or a problem. */
interface Received {
  status: number
  body: unknown
}

/** A typed client of another service: a transport behind one circuit breaker. */
export function createClient(
  kit: Kit,
  { name, baseUrl, timeoutMs, adminToken }: ClientOptions,
): ServiceClient {
  const transport = createTransport(kit, {
    name,
    baseUrl,
    connections: 64,
    maxResponseSize: maxAnswerBytes,
  })
  const { unavailable } = transport

  async function receive(endpoint: Endpoint, call: WireCall, attempt: Attempt): Promise<Received> {
    const { statusCode, body } = await attempt.pool.request({
      method: endpoint.method.toUpperCase(),
      path: pathOf(endpoint, call),
      headers: headersOf(call, attempt.timeLeftMs, endpoint.admin && adminToken),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: attempt.signal,
    })
    const text = await body.text()
    if (statusCode >= 500) throw unavailable(`failed (${statusCode})`)
    if (statusCode === 204) return { status: statusCode, body: undefined }
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (error) {
      throw unavailable('gave an answer that is not JSON', error)
    }
    if (statusCode >= 400) return { status: statusCode, body: Object(json) }
    const result = endpoint.answer.body?.safeParse(json)
    if (!result?.success) throw unavailable('gave an answer that breaks its contract', result?.error)
    return { status: statusCode, body: result.data }
  }

  function send(endpoint: Endpoint, call: WireCall, availableMs: number): Promise<Received> {
    const isRepeatable = endpoint.method === 'get' || call.idempotencyKey !== undefined
    return transport.send({ timeoutMs: availableMs, isRepeatable }, (attempt) =>
      receive(endpoint, call, attempt),
    )
  }

  const breaker = createBreaker(kit, name, send)

  async function call<E extends Endpoint>(
    endpoint: E,
    wire: Call<E>,
    options: { timeoutMs?: number } = {},
  ): Promise<AnswerBody<E>> {
    const end = kit.metrics.callDuration.startTimer({
      dependency: name,
      operation: `${endpoint.method} ${endpoint.path}`,
    })
    let outcome = 'failed'
    try {
      const wantedMs = options.timeoutMs ?? timeoutMs
      const availableMs = Math.min(wantedMs, timeLeft())
      // A timeout that is the caller's fault says nothing about the dependency: it must neither open the breaker nor keep a
      // half-open one from closing.
      const counts = availableMs >= wantedMs / 2 || breaker.state() === 'open'
      const { status, body } = await (counts ? breaker.fire : send)(endpoint, wire as WireCall, availableMs)
      outcome = status < 400 ? 'ok' : 'problem'
      if (status >= 400) throw new UpstreamProblem(name, status, body as Record<string, unknown>)
      return body as AnswerBody<E>
    } catch (error) {
      if (error instanceof UpstreamProblem || error instanceof ProblemError) throw error
      throw unavailable('has failed too often, so its circuit breaker is open', error)
    } finally {
      end({ outcome })
    }
  }

  return {
    call,
    breaker,
    async stop() {
      breaker.shutdown()
      await transport.stop()
    },
  }
}
