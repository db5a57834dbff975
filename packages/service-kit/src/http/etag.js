import { createHash } from 'node:crypto'
import { ProblemError } from './problem.js'
/** The strong entity tag of a body as it is sent (RFC 9110, 8.8.3). */
export function etag(body) {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
/**
 * Honours `If-Match` (RFC 9110, 13.1.1): the caller's copy must be the current one.
 *
 * @param current the resource as a GET would answer it
 * @throws ProblemError `precondition-failed`
 */
export function assertMatch(ifMatch, current) {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  if (!tags.includes(etag(JSON.stringify(current)))) {
    throw new ProblemError(
      'precondition-failed',
      'It has changed since you read it. Read it again and repeat your change.',
    )
  }
}
//# sourceMappingURL=etag.js.map
