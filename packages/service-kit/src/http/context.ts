import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import { ProblemError } from './problem.ts'

/** What belongs to one request and is needed far from its handler. */
export interface RequestContext {
  requestId: string
  /** 32 hexadecimal digits: the caller's, when it sent a `traceparent`. */
  traceId: string
  /** Milliseconds until the caller stops waiting. */
  timeLeft(): number
}

const storage = new AsyncLocalStorage<RequestContext>()

export function runInContext<T>(context: RequestContext, run: () => T): T {
  return storage.run(context, run)
}

export function requestContext(): RequestContext | undefined {
  return storage.getStore()
}

/** The trace of the current request: that of OpenTelemetry when it is on, else our own. */
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
 * To be called right before a write: what nobody waits for any more must not begin.
 *
 * @throws ProblemError `deadline-exceeded`
 */
export function assertTimeLeft(): void {
  if (timeLeft() <= 0)
    throw new ProblemError(
      'deadline-exceeded',
      'The request was given up before it could be carried out. Nothing was changed.',
    )
}

const traceparentForm = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/

/** The trace id of a W3C `traceparent` header, or a new one. */
export function traceIdFrom(traceparent: string | undefined): string {
  return traceparentForm.exec(traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex')
}

/** A `traceparent` for a call made from here; OpenTelemetry, when it is on, writes its own over it. */
export function traceparent(): string {
  return `00-${currentTraceId()}-${randomBytes(8).toString('hex')}-00`
}
