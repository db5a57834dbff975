import { setTimeout as sleep } from 'node:timers/promises'
import CircuitBreaker from 'opossum'
import { Pool } from 'undici'
import { fillPath } from '@matinee/contracts/endpoint'
import type { AnswerBody, Call, Endpoint } from '@matinee/contracts/endpoint'
import { requestContext, timeLeft, traceparent } from '../http/context.ts'
import type { Breaker, Kit, Part } from '../lifecycle/service.ts'
import { ProblemError } from '../http/problem.ts'

/** The other service answered with a problem of ours or of the caller's making (4xx): an answer, not a failure. */
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
  /** The dependency's name, as it appears in metrics, logs and problems. */
  name: string
  baseUrl: string
  /** The longest a call may take, its retry included, in ms. */
  timeoutMs: number
  /** Sent to the endpoints that ask for it. */
  adminToken?: string
}

export interface ServiceClient extends Part {
  breaker: Breaker
  /**
   * Calls an endpoint and gives the body of its success.
   *
   * @throws UpstreamProblem for an answer 4xx
   * @throws ProblemError `dependency-timeout` when there was no answer in time: whether it was carried out is unknown
   * @throws ProblemError `dependency-unavailable` when it cannot be reached, fails, answers garbage, or its breaker is open
   */
  call<E extends Endpoint>(
    endpoint: E,
    call: Call<E>,
    options?: { timeoutMs?: number },
  ): Promise<AnswerBody<E>>
  stop(): Promise<void>
}

const maxAnswerBytes = 10_000_000
const breakerOptions = {
  // The action has its own timeout: opossum's would abort all calls of the breaker at once.
  timeout: false,
  errorThresholdPercentage: 50,
  volumeThreshold: 10,
  resetTimeout: 2_000,
  rollingCountTimeout: 10_000,
  errorFilter: (error: unknown) => error instanceof UpstreamProblem,
} as const

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
  timeoutMs: number,
  adminToken: string | undefined,
): Record<string, string> {
  const context = requestContext()
  return {
    accept: 'application/json',
    traceparent: traceparent(),
    'x-deadline-ms': String(Math.floor(timeoutMs)),
    ...(context && { 'x-request-id': context.requestId }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(adminToken !== undefined && { authorization: `Bearer ${adminToken}` }),
  }
}

/** Retries are at most a tenth of the calls, so that they cannot become the overload. */
export function createRetryBudget(ratio = 0.1, most = 10) {
  let tokens = most
  return {
    earn: () => {
      tokens = Math.min(most, tokens + ratio)
    },
    spend: () => tokens >= 1 && ((tokens -= 1), true),
  }
}

/** A typed client of another service: a keep-alive pool, one breaker for the life of the process, retries of what is safe. */
export function createClient(
  { metrics, logger, breakers }: Kit,
  { name, baseUrl, timeoutMs, adminToken }: ClientOptions,
): ServiceClient {
  const pool = new Pool(baseUrl, { connections: 64, maxResponseSize: maxAnswerBytes })
  const budget = createRetryBudget()

  function unavailable(why: string, cause?: unknown): ProblemError {
    return new ProblemError('dependency-unavailable', `The ${name} service ${why}. Try again in a moment.`, {
      cause,
      members: { dependency: name },
    })
  }

  async function attempt(endpoint: Endpoint, call: WireCall, left: number): Promise<unknown> {
    const { statusCode, body } = await pool.request({
      method: endpoint.method.toUpperCase(),
      path: pathOf(endpoint, call),
      headers: headersOf(call, left, endpoint.admin && adminToken),
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.timeout(Math.ceil(left)),
    })
    const text = await body.text()
    if (statusCode >= 500) throw unavailable(`failed (${statusCode})`)
    if (statusCode === 204) return undefined
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch (error) {
      throw unavailable('gave an answer that is not JSON', error)
    }
    if (statusCode >= 400)
      throw new UpstreamProblem(name, statusCode, Object(json) as Record<string, unknown>)
    const result = endpoint.answer.body?.safeParse(json)
    if (!result?.success) throw unavailable('gave an answer that breaks its contract', result?.error)
    return result.data
  }

  async function attempts(endpoint: Endpoint, call: WireCall, patienceMs: number): Promise<unknown> {
    const deadline = performance.now() + patienceMs
    const isSafe = endpoint.method === 'get' || call.idempotencyKey !== undefined
    budget.earn()
    for (let again = isSafe; ; again = false) {
      const left = deadline - performance.now()
      try {
        if (left <= 0) throw new DOMException('no time left', 'TimeoutError')
        return await attempt(endpoint, call, left)
      } catch (error) {
        if (error instanceof UpstreamProblem) throw error
        if (error instanceof DOMException && error.name === 'TimeoutError') {
          throw new ProblemError(
            'dependency-timeout',
            `The ${name} service did not answer in time. Whether it acted is not known yet.`,
            { cause: error, members: { dependency: name } },
          )
        }
        if (!again || !budget.spend())
          throw error instanceof ProblemError ? error : unavailable('cannot be reached', error)
        metrics.callRetries.inc({ dependency: name })
        await sleep(20 + Math.random() * 80)
      }
    }
  }

  const breaker = new CircuitBreaker(attempts, { ...breakerOptions, name, enabled: breakers })
  metrics.breakerState.set({ dependency: name }, 0)
  function onState(state: string, value: number) {
    return () => {
      metrics.breakerState.set({ dependency: name }, value)
      logger.warn('circuit breaker', { dependency: name, state })
    }
  }
  breaker
    .on('open', onState('open', 1))
    .on('halfOpen', onState('half-open', 0.5))
    .on('close', onState('closed', 0))

  async function call<E extends Endpoint>(
    endpoint: E,
    wire: Call<E>,
    options: { timeoutMs?: number } = {},
  ): Promise<AnswerBody<E>> {
    const end = metrics.callDuration.startTimer({
      dependency: name,
      operation: `${endpoint.method} ${endpoint.path}`,
    })
    try {
      const wanted = options.timeoutMs ?? timeoutMs
      const patience = Math.min(wanted, timeLeft())
      // That the time of a caller in a hurry runs out says nothing about the dependency: it is not counted.
      const count = patience >= wanted / 2 || !breaker.closed
      const body = await (count
        ? breaker.fire(endpoint, wire as WireCall, patience)
        : attempts(endpoint, wire as WireCall, patience))
      end({ outcome: 'ok' })
      return body as AnswerBody<E>
    } catch (error) {
      const known = error instanceof UpstreamProblem || error instanceof ProblemError
      end({ outcome: error instanceof UpstreamProblem ? 'problem' : 'failed' })
      throw known ? error : unavailable('is left alone for a moment after many failures', error)
    }
  }

  return {
    call,
    breaker: { name, state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half-open' : 'closed') },
    async stop() {
      breaker.shutdown()
      await pool.close()
    },
  }
}
