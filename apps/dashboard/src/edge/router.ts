import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import { expressPath } from '@matinee/contracts/endpoint'
import type { Endpoint } from '@matinee/contracts/endpoint'
import { paymentsApi } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { serviceNames } from '../domain/context.ts'
import type { ServiceName } from '../domain/context.ts'
import type { InFlight } from '../in-flight.ts'
import type { LimitPayments } from '../payment-limits.ts'
import { followSeats } from './event-feeds.ts'
import { endToEnd, requestHeaders } from './headers.ts'
import { createOutbox } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import { published } from './published.ts'
import type { Answer, ForwardedRequest, Upstream } from './upstream.ts'

/** A third of what the process may use beside its code. */
const maxUnreadBytes = 32_000_000

type Handler = (req: Request, res: Response) => Promise<void>

function sendHead({ statusCode, headers }: Pick<Answer, 'statusCode' | 'headers'>, res: Response): void {
  res.status(statusCode)
  for (const [name, value] of Object.entries(endToEnd(headers))) res.setHeader(name, value)
  const location = headers['location']
  if (typeof location === 'string' && location.startsWith('/')) res.setHeader('location', `/api${location}`)
}

/** Aborts when the caller disconnects. */
function untilClosed(res: Response): AbortSignal {
  const closed = new AbortController()
  res.once('close', () => {
    closed.abort()
  })
  return closed.signal
}

function toForward(req: Request): ForwardedRequest {
  return {
    method: req.method,
    path: req.originalUrl.slice('/api'.length),
    headers: requestHeaders(req),
    body: Buffer.isBuffer(req.body) ? req.body : null,
  }
}

function forward(upstream: Upstream, endpoint: Endpoint, outbox: Outbox): Handler {
  return async (req, res) => {
    // A write is not aborted when its caller disconnects: the caller may ask for the outcome later.
    const signal = endpoint.method === 'get' ? untilClosed(res) : undefined
    let answer: Answer
    try {
      answer = await upstream.forward(toForward(req), signal)
    } catch (error) {
      if (res.destroyed) return
      throw error
    }
    sendHead(answer, res)
    outbox.send(res, answer.body)
  }
}

interface EdgeOptions {
  stopping: AbortSignal
  streamLimit: InFlight
  /** Slows down guessing of booking references. */
  findLimit: RequestHandler
  /** Slows down guessing of the admin token. */
  adminLimit: RequestHandler
  limitPayments: LimitPayments
}

/**
 * The public edge of the API: the published endpoints under `/api`, and nothing else, not even another method of a
 * published path.
 */
export function edgeRouter(
  upstreams: Record<ServiceName, Upstream>,
  { stopping, streamLimit, findLimit, adminLimit, limitPayments }: EdgeOptions,
): Router {
  const router = express.Router({ strict: true, caseSensitive: true })
  const outbox = createOutbox(maxUnreadBytes)
  const readBody: RequestHandler = express.raw({ limit: '100kb', type: () => true })
  for (const name of serviceNames) {
    for (const endpoint of Object.values<Endpoint>(published[name])) {
      const handler =
        endpoint === screeningsApi.watchSeatMap
          ? followSeats(upstreams[name], streamLimit, stopping)
          : forward(upstreams[name], endpoint, outbox)
      router[endpoint.method](
        `/api${expressPath(endpoint.path)}`,
        ...(endpoint === bookingsApi.findBooking ? [findLimit] : []),
        ...(endpoint.admin ? [adminLimit] : []),
        ...(endpoint.body ? [readBody] : []),
        endpoint === paymentsApi.createPayment ? limitPayments(handler) : handler,
      )
    }
  }
  return router.use('/api', (req) => {
    throw new ProblemError('not-found', `${req.method} ${req.baseUrl}${req.path} is not published.`)
  })
}
