import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { countdown, runInContext, traceIdFrom } from '../http/context.ts'
import type { RequestContext } from '../http/context.ts'
import { renderProblem } from '../http/perform.ts'
import type { ProblemError } from '../http/problem.ts'
import { dropInternalHeaders, headProblem } from '../http/request-head.ts'
import type { Logger } from '../observe/logger.ts'
import type { Metrics } from '../observe/metrics.ts'
import { overloaded } from './admission.ts'
import type { Admissions } from './admissions.ts'

export interface ListenerOptions {
  app: RequestListener
  admissions: Admissions
  logger: Logger
  metrics: Metrics
  requestTimeoutMs: number
  /** Whether strangers send requests, whose internal headers say nothing. */
  isPublic: boolean
  /** The only host name accepted, beside loopback ones; any if left out. */
  ownName: string | undefined
}

const requestIdForm = /^[A-Za-z0-9._-]{1,128}$/
const reportEveryMs = 1_000

/** A request's id, trace and client, and the time that its caller or `requestTimeoutMs` leaves it. */
function contextOf({ headers }: IncomingMessage, requestTimeoutMs: number): RequestContext {
  const header = (name: string) => headers[name]?.toString()
  const given = header('x-request-id') ?? ''
  const asked = Number(header('x-deadline-ms') || NaN)
  const address = header('x-client-address')
  return {
    requestId: requestIdForm.test(given) ? given : randomUUID(),
    traceId: traceIdFrom(header('traceparent')),
    timeLeft: countdown(asked >= 0 ? Math.min(asked, requestTimeoutMs) : requestTimeoutMs),
    client: address === undefined ? undefined : { address, session: header('x-client-session') },
  }
}

/** Counts refusals, and logs their number once a second: a line for each would cost more than the refusal. */
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
 * Sees every request first. Those that would wait past their deadline are refused here, before Express, its parsers and
 * the log have touched them: load shedding must cost next to nothing, or the refusals become the overload.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { app, admissions, logger, metrics, requestTimeoutMs, isPublic, ownName } = options
  const countRefusal = createRefusals(options)
  const noRoom = overloaded()

  function refuse(req: IncomingMessage, res: ServerResponse, problem: ProblemError): void {
    const { status, body } = renderProblem(problem, req.url ?? '')
    res
      .writeHead(status, {
        ...problem.headers,
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
      })
      .end(body)
  }

  /** Refuses what Express could not even match to its middleware. */
  function refuseHead(req: IncomingMessage, res: ServerResponse, problem: ProblemError): void {
    const labels = { method: req.method ?? '', route: 'unmatched', status: problem.status }
    metrics.requestDuration.observe(labels, 0)
    logger.info('request', { ...labels, ms: 0 })
    refuse(req, res, problem)
  }

  return (req, res) => {
    if (isPublic) dropInternalHeaders(req)
    const context = contextOf(req, requestTimeoutMs)
    res.setHeader('X-Request-Id', context.requestId)
    runInContext(context, () => {
      const problem = headProblem(req, ownName)
      const admission = admissions.find(req.method ?? '', req.url ?? '')
      if (problem) refuseHead(req, res, problem)
      else if (admission && !admission.hasRoom(context.timeLeft())) {
        countRefusal()
        refuse(req, res, noRoom)
      } else app(req, res)
    })
  }
}
