import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { pathPattern } from '@matinee/contracts/endpoint'
import type { Api } from '@matinee/contracts/endpoint'
import type { Admission, Slot } from './admission.ts'
import { overloaded } from './admission.ts'
import { countdown, runInContext, traceIdFrom } from '../http/context.ts'
import type { RequestContext } from '../http/context.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import { renderProblem } from '../http/perform.ts'

export interface ListenerOptions {
  app: RequestListener
  admission: Admission
  /** What admission control guards: each endpoint of these but streams, which last as long as their clients like. */
  guarded: Api[]
  logger: Logger
  metrics: Metrics
  requestTimeoutMs: number
}

const requestIdForm = /^[A-Za-z0-9._-]{1,128}$/
const reportEveryMs = 1_000
/** How long a request may take to come to its work, in ms. */
const slowBodyMs = 100

/** A request's id, its trace and its deadline: what the caller still waits, or less. */
function contextOf({ headers }: IncomingMessage, requestTimeoutMs: number): RequestContext {
  const header = (name: string) => headers[name]?.toString()
  const given = header('x-request-id') ?? ''
  const asked = Number(header('x-deadline-ms') || NaN)
  const patience = asked >= 0 ? Math.min(asked, requestTimeoutMs) : requestTimeoutMs
  return {
    requestId: requestIdForm.test(given) ? given : randomUUID(),
    traceId: traceIdFrom(header('traceparent')),
    timeLeft: countdown(patience),
  }
}

/** The form of the URLs of all endpoints that are guarded. */
function formOf(apis: Api[]): RegExp {
  const paths = apis
    .flatMap((api) => Object.values(api))
    .filter(({ stream }) => !stream)
    .map(({ path }) => pathPattern(path))
  return new RegExp(`^(?:${paths.join('|')})(?:\\?|$)`)
}

/** Counts the refusals, and logs their number: a line for each would cost more than the refusal. */
function createRefusals({ logger, metrics }: ListenerOptions) {
  let count = 0
  function report(): void {
    logger.warn('requests refused', { count })
    count = 0
  }
  return () => {
    metrics.refusals.inc()
    if (count === 0) setTimeout(report, reportEveryMs).unref()
    count += 1
  }
}

/**
 * Sees every request first. What would wait past its deadline is refused here, before Express, its parsers and the log
 * have touched it: under overload that must cost next to nothing, or the refusals themselves become the overload.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { app, admission, guarded, requestTimeoutMs } = options
  const guardedForm = formOf(guarded)
  const countRefusal = createRefusals(options)
  const problem = overloaded()

  function refuse(req: IncomingMessage, res: ServerResponse): void {
    countRefusal()
    const body = renderProblem(problem, req.url ?? '').body
    res
      .writeHead(problem.status, {
        ...problem.headers,
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
      })
      .end(body)
  }

  /** Begins what is let in. Where its body comes slowly, it must not keep others from the slot. */
  function begin(req: IncomingMessage, res: ServerResponse, slot: Slot): void {
    res.once('close', () => {
      slot.giveBack()
    })
    setTimeout(() => {
      slot.giveBack()
    }, slowBodyMs).unref()
    app(req, res)
  }

  return (req, res) => {
    const context = contextOf(req, requestTimeoutMs)
    res.setHeader('X-Request-Id', context.requestId)
    runInContext(context, () => {
      if (!guardedForm.test(req.url ?? '')) {
        app(req, res)
        return
      }
      const place = admission.arrive(performance.now() + context.timeLeft())
      if (!place) {
        refuse(req, res)
        return
      }
      const giveUp = setTimeout(
        () => {
          place.leave()
          refuse(req, res)
        },
        Math.max(0, context.timeLeft()),
      )
      res.once('close', () => {
        clearTimeout(giveUp)
        place.leave()
      })
      void place.turn.then((slot) => {
        clearTimeout(giveUp)
        if (slot) {
          context.slot = slot
          begin(req, res, slot)
        } else if (!res.writableEnded && !res.closed) refuse(req, res)
      })
    })
  }
}
