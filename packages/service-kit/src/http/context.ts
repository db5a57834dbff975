import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import { ProblemError } from './problem.ts'

/** Who the public edge says is calling: hashes that tell callers apart and reveal nothing else. */
export interface Client {
  /** Undefined without a valid session. */
  session: string | undefined
  address: string
}

/** What code far from the handler needs to know about the current request. */
export interface RequestContext {
  requestId: string
  /** 32 hexadecimal digits, from the caller's `traceparent` if it sent one. */
  traceId: string
  /** Milliseconds until the caller stops waiting. */
  timeLeft(): number
  /** Undefined for a caller that did not come through the edge. */
  client?: Client | undefined
}

const storage = new AsyncLocalStorage<RequestContext>()

export function runInContext<T>(context: RequestContext, run: () => T): T {
  return storage.run(context, run)
}

export function requestContext(): RequestContext | undefined {
  return storage.getStore()
}

/** The trace of the current request: OpenTelemetry's when it is on, otherwise our own. */
export function currentTraceId(): string {
  return (
    trace.getActiveSpan()?.spanContext().traceId ??
    requestContext()?.traceId ??
    randomBytes(16).toString('hex')
  )
}

/** A `timeLeft` that starts at this many milliseconds. */
export function countdown(ms: number): () => number {
  const deadline = performance.now() + ms
  return () => deadline - performance.now()
}

/** Milliseconds left for the current request; `Infinity` in background work. */
export function timeLeft(): number {
  return requestContext()?.timeLeft() ?? Infinity
}

/**
 * Call it right before a write: no write may begin after its caller has stopped waiting.
 *
 * @throws ProblemError `deadline-exceeded`
 */
export function assertTimeLeft(): void {
  if (timeLeft() <= 0)
    throw new ProblemError(
      'deadline-exceeded',
      'The request ran out of time before it could take effect. Nothing was changed.',
    )
}

const traceparentForm = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/

/** The trace id of a W3C `traceparent` header, or a new one. */
export function traceIdFrom(traceparent: string | undefined): string {
  return traceparentForm.exec(traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex')
}

/** A `traceparent` for an outgoing call; OpenTelemetry, when it is on, replaces it with its own. */
export function traceparent(): string {
  return `00-${currentTraceId()}-${randomBytes(8).toString('hex')}-00`
}

/** The headers that pass the client on to the services. */
export function clientHeaders(): Record<string, string> {
  const client = requestContext()?.client
  return {
    ...(client && { 'x-client-address': client.address }),
    ...(client?.session !== undefined && { 'x-client-session': client.session }),
  }
}
