import express from 'express'
import type { Request, RequestHandler, Response, Router } from 'express'
import type { AnswerBody, Api, Endpoint, Parsed } from '@matinee/contracts/endpoint'
import type { Admission } from '../overload/admission.ts'
import { adminOnly } from './admin.ts'
import { parse, readBody } from './body.ts'
import { currentTraceId, timeLeft } from './context.ts'
import { fingerprint, once, readIdempotencyKey } from './idempotency.ts'
import type { Claim, IdempotencyStore, StoredAnswer } from './idempotency.ts'
import { ProblemError, problemDetails } from './problem.ts'

/** What a handler may need beside the parsed request. */
export interface Extras<E extends Endpoint> {
  ifMatch: string | undefined
  claim: E['idempotent'] extends true ? Claim : undefined
  /** For the handler of a stream, which writes the answer itself. */
  response: E['stream'] extends true ? Response : undefined
}

/** Answers one endpoint: gives the body of the success, or throws a ProblemError. */
export type Handler<E extends Endpoint> = (request: Parsed<E> & Extras<E>) => Promise<AnswerBody<E>>
export type Handlers<A extends Api> = { [Name in keyof A]: Handler<A[Name]> }

export interface RouterOptions {
  admission: Admission
  adminToken?: string
  idempotency?: {
    store: IdempotencyStore
    /** Of the body before it enters the fingerprint: leaves out what must not. */
    fingerprintBody?: (body: unknown) => unknown
    /** Makes the fingerprint an HMAC. */
    secret?: string
    /** Failures that are kept like successes. */
    keeps?: (error: ProblemError) => boolean
  }
}

/** Express' form of a path: `/theatres/:id`. */
function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}

/** Fills `/theatres/{id}` from the fields of a body. */
function fill(path: string, body: unknown): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => String((body as Record<string, unknown>)[name]))
}

function render({ answer }: Endpoint, body: unknown): StoredAnswer {
  return {
    status: answer.status,
    body: body === undefined ? '' : JSON.stringify(body),
    location: answer.status === 201 ? fill(answer.location, body) : null,
  }
}

function renderProblem(error: ProblemError, req: Request): StoredAnswer {
  return {
    status: error.status,
    body: JSON.stringify(problemDetails(error, req.originalUrl, currentTraceId())),
    location: null,
  }
}

function send(res: Response, { status, body, location }: StoredAnswer): void {
  res.status(status)
  if (location !== null) res.location(location)
  if (body === '') res.end()
  else res.type(status < 400 ? 'application/json' : 'application/problem+json').send(body)
}

/** The work's result, or `deadline-exceeded` when it takes longer; the work itself goes on to its end. */
async function beforeDeadline<T>(work: Promise<T>): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => {
      reject(
        new ProblemError(
          'deadline-exceeded',
          'The time for this request ran out. Ask for its outcome, or repeat it with the same Idempotency-Key.',
        ),
      )
    },
    Math.max(0, timeLeft()),
  )
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

function answer<E extends Endpoint>(
  name: string,
  endpoint: E,
  handler: Handler<E>,
  options: RouterOptions,
): RequestHandler {
  const { admission, idempotency } = options

  async function work(req: Request, res: Response): Promise<StoredAnswer & { replayed?: boolean }> {
    const parsed = {
      params: endpoint.params && parse(endpoint.params, req.params, 'invalid-parameter'),
      query: endpoint.query && parse(endpoint.query, req.query, 'invalid-parameter'),
      ifMatch: req.get('If-Match'),
      response: endpoint.stream ? res : undefined,
    }
    const key = endpoint.idempotent && readIdempotencyKey(req.get('Idempotency-Key'))
    const body = endpoint.body && parse(endpoint.body, req.body, 'validation-failed')
    const handle = (claim?: Claim) => handler({ ...parsed, body, claim } as Parameters<Handler<E>>[0])
    if (key === undefined) return render(endpoint, await handle())
    if (!idempotency) throw new Error(`${name} needs an idempotency store`)
    const { store, secret, fingerprintBody = (value: unknown) => value } = idempotency
    return await once(store, {
      operation: name,
      key,
      fingerprint: fingerprint(req.method, req.path, fingerprintBody(req.body), secret),
      leaseMs: Math.ceil(timeLeft()) + 1_000,
      render: (value) => render(endpoint, value),
      work: handle,
      keptFailure: (error) =>
        error instanceof ProblemError && idempotency.keeps?.(error) ? renderProblem(error, req) : undefined,
    })
  }

  return async (req, res) => {
    if (endpoint.stream) {
      await work(req, res)
      return
    }
    const result = await beforeDeadline(admission.run(() => work(req, res)))
    if (result.replayed) res.set('Idempotency-Replayed', 'true')
    send(res, result)
  }
}

/** The router of an API: each endpoint validated, guarded and answered by its handler; 405 for other methods. */
export function createRouter<A extends Api>(api: A, handlers: Handlers<A>, options: RouterOptions): Router {
  const router = express.Router({ strict: true, caseSensitive: true })
  const endpoints = Object.entries(api)
  for (const [name, endpoint] of endpoints) {
    const chain: RequestHandler[] = [
      (_req, res, next) => {
        res.locals['route'] = endpoint.path
        // Another service looks for work here every second.
        res.locals['isRoutine'] = endpoint.internal && endpoint.method === 'get'
        next()
      },
    ]
    if (endpoint.admin) chain.push(adminOnly(options.adminToken))
    if (endpoint.body) chain.push(readBody(endpoint.method === 'patch'))
    chain.push(answer(name, endpoint, handlers[name] as Handler<Endpoint>, options))
    router[endpoint.method](expressPath(endpoint.path), ...chain)
  }
  for (const [path, same] of Map.groupBy(endpoints, ([, endpoint]) => endpoint.path)) {
    const methods = same.map(([, { method }]) => method.toUpperCase())
    const allow = (methods.includes('GET') ? ['HEAD', ...methods] : methods).sort().join(', ')
    router.all(expressPath(path), (req, res) => {
      res.locals['route'] = path
      throw new ProblemError('method-not-allowed', `${req.method} is not possible here; ${allow} are.`, {
        headers: { Allow: allow },
      })
    })
  }
  return router
}
