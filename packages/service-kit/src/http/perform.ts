import type { ServerResponse } from 'node:http'
import { fillPath } from '@matinee/contracts/endpoint'
import type { AnswerBody, Api, Endpoint, Parsed } from '@matinee/contracts/endpoint'
import { currentTraceId, timeLeft } from './context.ts'
import { fingerprint, once, readIdempotencyKey } from './idempotency.ts'
import type { Claim, IdempotencyStore, StoredAnswer } from './idempotency.ts'
import { parse } from './parse.ts'
import { ProblemError, problemDetails } from './problem.ts'

/** A request before validation, whatever brought it: Express, or the simulated network. */
export interface RawRequest {
  /** In upper case. */
  method: string
  /** Without the query. */
  path: string
  /** With the query, as the caller sent it. */
  url: string
  params: unknown
  query: unknown
  body: unknown
  ifMatch?: string | undefined
  idempotencyKey?: string | undefined
  /** Where the handler of a stream writes. */
  response?: ServerResponse
}

/** What a handler may need in addition to the parsed request. */
export interface Extras<E extends Endpoint> {
  ifMatch: string | undefined
  claim: E['idempotent'] extends true ? Claim : undefined
  /** For the handler of a stream, which writes the answer itself. */
  response: E['stream'] extends true ? ServerResponse : undefined
}

/** Answers one endpoint: returns the body of the success, or throws a ProblemError. */
export type Handler<E extends Endpoint> = (request: Parsed<E> & Extras<E>) => Promise<AnswerBody<E>>
export type Handlers<A extends Api> = { [Name in keyof A]: Handler<A[Name]> }

export interface IdempotencyOptions {
  store: IdempotencyStore
  /** Leaves out of the fingerprint what must not enter it. */
  fingerprintBody?: (body: unknown) => unknown
  /** Makes the fingerprint an HMAC. */
  secret?: string
  /** Whether this failure is kept and replayed like a success. */
  keeps?: (error: ProblemError) => boolean
}

export interface Operation<E extends Endpoint> {
  name: string
  endpoint: E
  handler: Handler<E>
  /** Required where the endpoint is idempotent. */
  idempotency?: IdempotencyOptions | undefined
}

export type Performed = StoredAnswer & { replayed: boolean }

function renderSuccess({ answer }: Endpoint, body: unknown): StoredAnswer {
  return {
    status: answer.status,
    body: body === undefined ? '' : JSON.stringify(body),
    location: answer.status === 201 ? fillPath(answer.location, body as Record<string, unknown>) : null,
  }
}

/** The answer for a problem (RFC 9457); its media type is `application/problem+json`. */
export function renderProblem(error: ProblemError, url: string): StoredAnswer {
  return {
    status: error.status,
    body: JSON.stringify(problemDetails(error, url, currentTraceId())),
    location: null,
  }
}

/**
 * Performs one operation: validates the request, runs the handler, once for each idempotency key, and renders the answer.
 *
 * @throws ProblemError for an invalid request, and whatever the handler throws, unless `keeps` wants it kept
 */
export async function perform<E extends Endpoint>(
  { name, endpoint, handler, idempotency }: Operation<E>,
  request: RawRequest,
): Promise<Performed> {
  const params = endpoint.params && parse(endpoint.params, request.params, 'invalid-parameter')
  const query = endpoint.query && parse(endpoint.query, request.query, 'invalid-parameter')
  const key = endpoint.idempotent && readIdempotencyKey(request.idempotencyKey)
  const body = endpoint.body && parse(endpoint.body, request.body, 'validation-failed')
  const { ifMatch, response } = request
  const handle = (claim?: Claim) =>
    handler({ params, query, body, ifMatch, claim, response } as Parameters<Handler<E>>[0])

  if (key === undefined) return { ...renderSuccess(endpoint, await handle()), replayed: false }
  if (!idempotency) throw new Error(`${name} needs an idempotency store`)
  const { store, secret, fingerprintBody = (value: unknown) => value, keeps = () => false } = idempotency
  return await once(store, {
    operation: name,
    key,
    fingerprint: fingerprint(request.method, request.path, fingerprintBody(request.body), secret),
    leaseMs: Math.ceil(timeLeft()) + 1_000,
    render: (value) => renderSuccess(endpoint, value),
    work: handle,
    keptFailure: (error) =>
      error instanceof ProblemError && keeps(error) ? renderProblem(error, request.url) : undefined,
  })
}
