import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import { expressPath } from '@matinee/contracts/endpoint'
import type { Api, Endpoint } from '@matinee/contracts/endpoint'
import type { Admissions } from '../overload/admissions.ts'
import { adminOnly } from './admin.ts'
import type { AdminCheck } from './admin.ts'
import { readBody } from './body.ts'
import { timeLeft } from './context.ts'
import { etag } from './etag.ts'
import { perform } from './perform.ts'
import type { Handler, Handlers, IdempotencyOptions, Operation, Performed } from './perform.ts'
import { ProblemError, deadlineExceeded } from './problem.ts'

export interface RouterOptions {
  admissions: Admissions
  isAdmin?: AdminCheck
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

function answer(operation: Operation<Endpoint>, admissions: Admissions): RequestHandler {
  const admission = admissions.of(operation.endpoint)
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
    const { promise: deadline, reject } = Promise.withResolvers<never>()
    let timer: NodeJS.Timeout | undefined
    function begin(): Promise<Performed> {
      timer = setTimeout(() => {
        reject(deadlineExceeded())
      }, timeLeft()).unref()
      return perform(operation, request)
    }
    try {
      // At the deadline the caller gets its answer, but work that has begun runs to its end.
      const performed = await Promise.race([admission.run(begin, () => res.closed), deadline])
      // The handler of a stream has begun the answer itself: its turn ends here, and the stream goes on.
      if (!operation.endpoint.stream) send(req, res, performed)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The router of an API: serves every endpoint with its handler, and answers 405 to any other method. */
export function createRouter<A extends Api>(
  api: A,
  handlers: Handlers<A>,
  { admissions, isAdmin, idempotency, noStore }: RouterOptions,
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
    if (endpoint.admin) chain.push(adminOnly(isAdmin))
    if (endpoint.body) chain.push(readBody(endpoint.method === 'patch'))
    const handler = handlers[name] as Handler<Endpoint>
    chain.push(answer({ name, endpoint, handler, idempotency }, admissions))
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
