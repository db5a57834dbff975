import { pipeline } from 'node:stream/promises'
import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import type { Dispatcher } from 'undici'
import { bookingsApi } from '@matinee/contracts/booking'
import { expressPath } from '@matinee/contracts/endpoint'
import type { Endpoint } from '@matinee/contracts/endpoint'
import { paymentsApi } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { serviceNames } from '../domain/context.ts'
import type { ServiceName } from '../domain/context.ts'
import type { LimitPayments } from '../payment-limits.ts'
import { endToEnd, requestHeaders } from './headers.ts'
import { published } from './published.ts'
import type { Upstream } from './upstream.ts'

async function sendAnswer(answer: Dispatcher.ResponseData, res: Response, isStream: boolean): Promise<void> {
  res.status(answer.statusCode)
  for (const [name, value] of Object.entries(endToEnd(answer.headers))) res.setHeader(name, value)
  const location = answer.headers['location']
  if (typeof location === 'string' && location.startsWith('/')) res.setHeader('location', `/api${location}`)
  res.flushHeaders()
  if (res.destroyed) await answer.body.dump()
  else await pipeline(answer.body, res, { end: !isStream })
  if (isStream) res.end()
}

function forward(upstream: Upstream, endpoint: Endpoint, stopping: AbortSignal) {
  const isStream = endpoint.stream === true
  return async (req: Request, res: Response): Promise<void> => {
    const closed = new AbortController()
    // A write is not aborted when its caller disconnects: the caller may ask for the outcome later.
    if (endpoint.method === 'get')
      res.once('close', () => {
        closed.abort()
      })
    const request = {
      method: req.method,
      path: req.originalUrl.slice('/api'.length),
      headers: requestHeaders(req),
      body: Buffer.isBuffer(req.body) ? req.body : null,
    }
    const signal = isStream ? AbortSignal.any([closed.signal, stopping]) : closed.signal
    try {
      await upstream[isStream ? 'stream' : 'forward'](request, signal, (answer) =>
        sendAnswer(answer, res, isStream),
      )
    } catch (error) {
      if (res.destroyed) return
      // A stream cut by our own shutdown ends cleanly, even before it began: its reader then reconnects.
      if (isStream && stopping.aborted) {
        if (!res.headersSent) res.type('text/event-stream')
        res.end()
        return
      }
      if (!res.headersSent) throw error
      // A truncated answer must not look complete.
      res.destroy()
    }
  }
}

interface EdgeOptions {
  stopping: AbortSignal
  /** Slows down guessing of booking references. */
  findLimit: RequestHandler
  limitPayments: LimitPayments
}

/**
 * The public edge of the API: the published endpoints under `/api`, and nothing else, not even another method of a
 * published path.
 */
export function edgeRouter(
  upstreams: Record<ServiceName, Upstream>,
  { stopping, findLimit, limitPayments }: EdgeOptions,
): Router {
  const router = express.Router({ strict: true, caseSensitive: true })
  const readBody: RequestHandler = express.raw({ limit: '100kb', type: () => true })
  for (const name of serviceNames) {
    for (const endpoint of Object.values<Endpoint>(published[name])) {
      const handler = forward(upstreams[name], endpoint, stopping)
      router[endpoint.method](
        `/api${expressPath(endpoint.path)}`,
        ...(endpoint === bookingsApi.findBooking ? [findLimit] : []),
        ...(endpoint.body ? [readBody] : []),
        ...(endpoint === paymentsApi.createPayment ? limitPayments(handler) : [handler]),
      )
    }
  }
  return router.use('/api', (req) => {
    throw new ProblemError('not-found', `${req.method} ${req.baseUrl}${req.path} is not published.`)
  })
}
