import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { ProblemDetails } from '@matinee/contracts/common'

/** How one request went. */
interface Outcome {
  at: number
  /** How long it took. */
  ms: number
  /** The error in place of an answer, or the 5xx. */
  failure?: string
}

export interface Reply {
  status: number
  text: string
  body: unknown
}

export interface Traffic {
  /** One request; undefined when there is no answer, or one that leaves the outcome open (5xx). */
  send(method: string, path: string, options?: RequestOptions): Promise<Reply | undefined>
  /** The same request with the same key until there is an answer that tells the outcome; undefined after a minute. */
  insist(method: string, path: string, options?: RequestOptions): Promise<Reply | undefined>
  outcomes: Outcome[]
  /** What went wrong, request by request. */
  failures(): string[]
  /** How many repeated a request for a minute without an answer. */
  readonly unanswered: number
}

export interface RequestOptions {
  body?: unknown
  key?: string
  headers?: Record<string, string>
  /** Aborts when the caller leaves and no longer wants an answer. */
  leaveAfterMs?: number
}

const insistMs = 60_000
const timeoutMs = 20_000

/** The outcome of the first request with this key, or payment for this booking, is still open. */
function isOpen({ status, body }: Reply): boolean {
  return status === 409 && /(idempotency-key-in-use|payment-in-progress)$/.test((body as ProblemDetails).type)
}

/** Requests to the public API, and a record of each. */
export function createTraffic(baseUrl: string): Traffic {
  const outcomes: Outcome[] = []
  let unanswered = 0

  async function send(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Reply | undefined> {
    const { body, key = randomUUID(), headers, leaveAfterMs } = options
    const sent = performance.now()
    const note = (outcome: Pick<Outcome, 'failure'> = {}) => {
      const at = performance.now()
      outcomes.push({ at, ms: at - sent, ...outcome })
    }
    try {
      const response = await fetch(`${baseUrl}/api${path}`, {
        method,
        headers: {
          ...(method === 'POST' && { 'Idempotency-Key': key }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(leaveAfterMs ?? timeoutMs),
      })
      const text = await response.text()
      if (response.status >= 500) {
        note({ failure: `${method} ${path}: ${response.status} ${text}` })
        return undefined
      }
      note()
      return { status: response.status, text, body: JSON.parse(text) as unknown }
    } catch (error) {
      if (error instanceof SyntaxError) throw error
      const hasLeft = leaveAfterMs !== undefined && (error as Error).name === 'TimeoutError'
      if (!hasLeft) note({ failure: `${method} ${path}: ${inspect(error)}` })
      return undefined
    }
  }

  return {
    send,
    outcomes,
    failures: () => outcomes.flatMap(({ failure }) => failure ?? []),
    get unanswered() {
      return unanswered
    },
    async insist(method, path, options = {}) {
      const same = { key: randomUUID(), ...options }
      const until = performance.now() + insistMs
      while (performance.now() < until) {
        const reply = await send(method, path, same)
        if (reply && !isOpen(reply)) return reply
        await sleep(200 + Math.random() * 300)
      }
      unanswered += 1
      return undefined
    },
  }
}

const windowMs = 2_000
const goodShare = 0.99

/**
 * How long after `ready` it took until 99 % of the requests succeeded, among those that ended within the next 2 s.
 *
 * @returns ms; undefined when that never happened
 */
export function recoveredIn(outcomes: Outcome[], ready: number): number | undefined {
  const later = outcomes.filter(({ at }) => at >= ready)
  const end = later.at(-1)?.at ?? ready
  for (let from = ready; from + windowMs <= end; from += 100) {
    const inside = later.filter(({ at }) => at >= from && at < from + windowMs)
    const good = inside.filter(({ failure }) => failure === undefined).length
    if (inside.length > 0 && good >= inside.length * goodShare) return from - ready
  }
  return undefined
}
