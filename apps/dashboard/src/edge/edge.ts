import { pipeline } from 'node:stream/promises'
import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import { bookingsApi } from '@matinee/contracts/booking'
import type { Endpoint } from '@matinee/contracts/endpoint'
import { requestContext, timeLeft, traceparent } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { paymentTimeoutMs } from '../clients/services.ts'
import type { Upstream } from './upstream.ts'
import { published } from './published.ts'
import type { ServiceName } from './published.ts'

/** Headers that belong to one connection (RFC 9110, 7.6.1), beside those that `Connection` names. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** What the edge says itself, or what is none of the services' business. */
const replaced = [
  'host',
  'cookie',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'content-length',
  'content-encoding',
]

type Headers = Record<string, string | string[]>

function endToEnd(headers: NodeJS.Dict<string | string[]>, without: string[]): Headers {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
  const dropped = new Set([...hopByHop, ...named, ...without])
  return Object.fromEntries(
    Object.entries(headers).filter(
      (header): header is [string, string | string[]] => header[1] !== undefined && !dropped.has(header[0]),
    ),
  )
}

function requestHeaders(req: Request, timeoutMs: number): Headers {
  return {
    // The body has been read, and unpacked, by then.
    ...endToEnd(req.headers, replaced),
    'x-forwarded-for': req.ip ?? '',
    'x-request-id': requestContext()?.requestId ?? '',
    'x-deadline-ms': String(Math.floor(timeoutMs)),
    traceparent: traceparent(),
  }
}

function forward(upstream: Upstream, endpoint: Endpoint, patienceMs: number, stopping: AbortSignal) {
  return async (req: Request, res: Response): Promise<void> => {
    const gone = new AbortController()
    // What changes something is let finish: its caller may ask for the outcome.
    if (endpoint.method === 'get')
      res.once('close', () => {
        gone.abort()
      })
    const timeoutMs = Math.min(patienceMs, timeLeft())
    const request = {
      method: req.method,
      path: req.originalUrl.slice('/api'.length),
      headers: requestHeaders(req, timeoutMs),
      body: Buffer.isBuffer(req.body) ? req.body : null,
    }
    const signal = endpoint.stream ? AbortSignal.any([gone.signal, stopping]) : gone.signal
    try {
      await upstream[endpoint.stream ? 'stream' : 'forward'](
        request,
        { timeoutMs, signal },
        async (answer) => {
          res.status(answer.statusCode)
          for (const [name, value] of Object.entries(endToEnd(answer.headers, []))) res.setHeader(name, value)
          const location = answer.headers['location']
          if (typeof location === 'string' && location.startsWith('/'))
            res.setHeader('location', `/api${location}`)
          res.flushHeaders()
          if (res.destroyed) await answer.body.dump()
          else await pipeline(answer.body, res, { end: !endpoint.stream })
          if (endpoint.stream) res.end()
        },
      )
    } catch (error) {
      if (res.destroyed) return
      // A stream that we end ourselves ends cleanly, even before it began: its reader then comes back by itself.
      if (endpoint.stream && stopping.aborted) {
        if (!res.headersSent) res.type('text/event-stream')
        res.end()
        return
      }
      if (!res.headersSent) throw error
      // An answer cut short must look like one.
      res.destroy()
    }
  }
}

interface EdgeOptions {
  callTimeoutMs: number
  stopping: AbortSignal
  /** Slows down whoever guesses references. */
  findLimit: RequestHandler
}

/**
 * The public edge of the API: under `/api` the published endpoints of the services, and nothing else, not even another
 * method of a published path.
 */
export function edgeRouter(
  upstreams: Record<ServiceName, Upstream>,
  { callTimeoutMs, stopping, findLimit }: EdgeOptions,
): Router {
  const router = express.Router({ strict: true, caseSensitive: true })
  const readBody: RequestHandler = express.raw({ limit: '100kb', type: () => true })
  for (const name of Object.keys(published) as ServiceName[]) {
    for (const endpoint of Object.values<Endpoint>(published[name])) {
      const patienceMs = name === 'payment' ? paymentTimeoutMs : callTimeoutMs
      router[endpoint.method](
        `/api${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`,
        ...(endpoint === bookingsApi.findBooking ? [findLimit] : []),
        ...(endpoint.body ? [readBody] : []),
        forward(upstreams[name], endpoint, patienceMs, stopping),
      )
    }
  }
  return router.use('/api', (req) => {
    throw new ProblemError('not-found', `${req.method} ${req.baseUrl}${req.path} is not published.`)
  })
}
