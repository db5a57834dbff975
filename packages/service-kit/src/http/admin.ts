import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { ProblemError } from './problem.ts'

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

/** Whether two secrets are the same, in a time that does not tell how much of them is. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** Lets only the admin's bearer token through: 401 without one, 403 with a wrong one. */
export function adminOnly(token: string | undefined): RequestHandler {
  if (token === undefined) throw new Error('An admin endpoint needs an admin token')
  return (req, _res, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(req.get('Authorization') ?? '')?.[1]
    if (given === undefined) {
      throw new ProblemError('token-missing', 'Send "Authorization: Bearer <ADMIN_TOKEN>".', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    }
    if (!sameSecret(given, token)) throw new ProblemError('token-wrong', 'This is not the admin token.')
    next()
  }
}
