import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'

/** For a refusal that the other service has no reason for: to our caller it is out of order. */
export function unexpected(error: unknown): never {
  if (!(error instanceof UpstreamProblem)) throw error
  throw new ProblemError('dependency-unavailable', 'A service needed for this refused to work.', {
    cause: error,
  })
}

/** Null for "not found". */
export function orNull(error: unknown): null {
  if (error instanceof UpstreamProblem && error.status === 404) return null
  return unexpected(error)
}
