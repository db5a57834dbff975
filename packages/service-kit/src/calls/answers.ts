import { ProblemError } from '../http/problem.ts'
import { UpstreamProblem } from './client.ts'

/** For a refusal that we have no reason for: to our caller, the other service is unavailable. */
export function unexpected(error: unknown): never {
  if (!(error instanceof UpstreamProblem)) throw error
  throw new ProblemError('dependency-unavailable', 'A service that this request needs refused to answer.', {
    cause: error,
  })
}

/** Null when the other service answers `not-found`. */
export function orNull(error: unknown): null {
  if (error instanceof UpstreamProblem && error.slug === 'not-found') return null
  return unexpected(error)
}
