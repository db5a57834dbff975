import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { ProblemError } from './problem.ts'

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

/** Compares two secrets in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** Requires the admin's bearer token: 401 without one, 403 with a wrong one. */
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
