import { hash } from 'node:crypto'
import { ProblemError } from './problem.ts'

/** The strong entity tag of a body (RFC 9110, 8.8.3). */
export function etag(body: string | Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 22)}"`
}

/**
 * Optimistic concurrency by `If-Match` (RFC 9110, 13.1.1): the caller's copy must be the current one.
 *
 * @param current the body that a GET would answer with now
 * @throws ProblemError `precondition-failed`
 */
export function assertMatch(ifMatch: string | undefined, current: unknown): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (!tags.includes(etag(JSON.stringify(current)))) {
    throw new ProblemError(
      'precondition-failed',
      'It has changed since you read it. Read it again and repeat your change.',
    )
  }
}
