import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import { ProblemError } from './problem.js'
const storage = new AsyncLocalStorage()
export function runInContext(context, run) {
  return storage.run(context, run)
}
export function requestContext() {
  return storage.getStore()
}
/** The trace of the current request: that of OpenTelemetry when it is on, else our own. */
export function currentTraceId() {
  return (
    trace.getActiveSpan()?.spanContext().traceId ??
    requestContext()?.traceId ??
    randomBytes(16).toString('hex')
  )
}
/** Milliseconds left for the current request; endless outside of one. */
export function timeLeft() {
  const context = requestContext()
  return context ? context.deadline - performance.now() : Infinity
}
/**
 * To be called right before a write: what nobody waits for any more must not begin.
 *
 * @throws ProblemError `deadline-exceeded`
 */
export function assertTimeLeft() {
  if (timeLeft() <= 0)
    throw new ProblemError(
      'deadline-exceeded',
      'The request was given up before it could be carried out. Nothing was changed.',
    )
}
const traceparentForm = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/
/** The trace id of a W3C `traceparent` header, or a new one. */
export function traceIdFrom(traceparent) {
  return traceparentForm.exec(traceparent ?? '')?.[1] ?? randomBytes(16).toString('hex')
}
/** A `traceparent` for a call made from here; OpenTelemetry, when it is on, writes its own over it. */
export function traceparent() {
  return `00-${currentTraceId()}-${randomBytes(8).toString('hex')}-00`
}
//# sourceMappingURL=context.js.map
