import { problems, problemType } from '@matinee/contracts/problems'
import type { ProblemName } from '@matinee/contracts/problems'
import type { ProblemDetails } from '@matinee/contracts/common'

interface ProblemOptions extends ErrorOptions {
  /** Further members of the problem's body, such as `seats`. */
  members?: Record<string, unknown>
  headers?: Record<string, string>
}

/** An answer that is not a success (RFC 9457). Throw it anywhere below a handler; the error handler renders it. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly problem: ProblemName
  readonly members: Record<string, unknown>
  readonly headers: Record<string, string>

  /** @param detail what happened, and what the caller can do about it */
  constructor(
    problem: ProblemName,
    detail: string,
    { members = {}, headers = {}, ...options }: ProblemOptions = {},
  ) {
    super(detail, options)
    this.problem = problem
    this.members = members
    this.headers = { ...(retryable.has(this.status) && { 'Retry-After': '1' }), ...headers }
  }

  get status(): number {
    return problems[this.problem].status
  }
}

/** For a request whose time ran out while its work was in progress. */
export function deadlineExceeded(): ProblemError {
  return new ProblemError(
    'deadline-exceeded',
    'The request ran out of time. Read its outcome, or repeat it with the same Idempotency-Key.',
  )
}

/** For a request that the database could not serve. */
export function storeUnavailable(cause: unknown): ProblemError {
  return new ProblemError('store-unavailable', 'The database is unavailable. Try again in a second.', {
    cause,
  })
}

const retryable = new Set([429, 503])

/** The body of a problem for one request. */
export function problemDetails(error: ProblemError, instance: string, traceId: string): ProblemDetails {
  const { status, title } = problems[error.problem]
  return {
    type: problemType(error.problem),
    title,
    status,
    detail: error.message,
    instance,
    traceId,
    ...error.members,
  }
}
