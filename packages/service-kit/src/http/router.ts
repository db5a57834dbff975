import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import { expressPath } from '@matinee/contracts/endpoint'
import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import { overloaded } from '../overload/admission.ts'
import type { Admission } from '../overload/admission.ts'
import { adminOnly } from './admin.ts'
import { readBody } from './body.ts'
import { timeLeft } from './context.ts'
import { etag } from './etag.ts'
import { perform } from './perform.ts'
import type { Handler, Handlers, IdempotencyOptions, Operation, Performed } from './perform.ts'
import { ProblemError, deadlineExceeded } from './problem.ts'

export interface RouterOptions {
  admission: Admission
  adminToken?: string
  idempotency?: IdempotencyOptions
  /** The answers are about single customers: no cache may keep them. */
  noStore?: true
}

/** Sends an answer; a shorter way than Express's `send`, which parses and rebuilds the headers. */
function send(req: Request, res: Response, { status, body, location, replayed }: Performed): void {
  res.statusCode = status
  if (replayed) res.setHeader('Idempotency-Replayed', 'true')
  if (location !== null) res.setHeader('Location', location)
  if (body === '') {
    res.end()
    return
  }
  res.setHeader('ETag', etag(body))
  if (req.fresh) {
    res.statusCode = 304
    res.end()
    return
  }
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  res.setHeader('Content-Type', `${type}; charset=utf-8`)
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(body)
}

/** The result of the work, or the problem at the request's deadline; the work itself runs to its end. */
async function beforeDeadline<T>(work: Promise<T>, problem: () => ProblemError): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => {
      reject(problem())
    },
    Math.max(0, timeLeft()),
  ).unref()
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

function answer(operation: Operation<Endpoint>, admission: Admission): RequestHandler {
  return async (req, res) => {
    const request = {
      method: req.method,
      path: req.path,
      url: req.originalUrl,
      params: req.params,
      query: req.query,
      body: req.body as unknown,
      ifMatch: req.get('If-Match'),
      idempotencyKey: req.get('Idempotency-Key'),
      response: res,
    }
    if (operation.endpoint.stream) {
      await perform(operation, request)
      return
    }
    let hasBegun = false
    const work = admission.run(
      () => {
        hasBegun = true
        return perform(operation, request)
      },
      () => res.closed,
    )
    const result = await beforeDeadline(work, () => (hasBegun ? deadlineExceeded() : overloaded()))
    send(req, res, result)
  }
}

/** The router of an API: serves every endpoint with its handler, and answers 405 to any other method. */
export function createRouter<A extends Api>(
  api: A,
  handlers: Handlers<A>,
  { admission, adminToken, idempotency, noStore }: RouterOptions,
): Router {
  const router = express.Router({ strict: true, caseSensitive: true })
  const endpoints = Object.entries(api)
  for (const [name, endpoint] of endpoints) {
    const chain: RequestHandler[] = [
      (_req, res, next) => {
        if (noStore) res.setHeader('Cache-Control', 'no-store')
        res.locals['route'] = endpoint.path
        // Reconcilers poll these every second: at level info they would drown the log.
        res.locals['isRoutine'] = endpoint.internal && endpoint.method === 'get'
        next()
      },
    ]
    if (endpoint.admin) chain.push(adminOnly(adminToken))
    if (endpoint.body) chain.push(readBody(endpoint.method === 'patch'))
    const handler = handlers[name] as Handler<Endpoint>
    chain.push(answer({ name, endpoint, handler, idempotency }, admission))
    router[endpoint.method](expressPath(endpoint.path), ...chain)
  }
  for (const [path, same] of Map.groupBy(endpoints, ([, endpoint]) => endpoint.path)) {
    const methods = same.map(([, { method }]) => method.toUpperCase())
    const allow = (methods.includes('GET') ? ['HEAD', ...methods] : methods).sort().join(', ')
    router.all(expressPath(path), (req, res) => {
      res.locals['route'] = path
      throw new ProblemError(
        'method-not-allowed',
        `${req.method} is not allowed here. Allowed are: ${allow}.`,
        { headers: { Allow: allow } },
      )
    })
  }
  return router
}
