import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Kit } from '../lifecycle/service.ts'
import { ProblemError } from './problem.ts'

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}

/** Compares two secrets in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

export interface AdminTokens {
  ADMIN_TOKEN: string
  /** The one before, while it is being rotated. */
  ADMIN_TOKEN_PREVIOUS?: string | undefined
}

export function isAdminToken(
  given: string,
  { ADMIN_TOKEN, ADMIN_TOKEN_PREVIOUS = ADMIN_TOKEN }: AdminTokens,
): boolean {
  const isCurrent = sameSecret(given, ADMIN_TOKEN)
  return sameSecret(given, ADMIN_TOKEN_PREVIOUS) || isCurrent
}

/** Whether a token is the admin's. */
export type AdminCheck = (given: string) => boolean

/** Every wrong token is an event: a log line and a counter. */
export function createAdminCheck(
  tokens: AdminTokens,
  { logger, metrics }: Pick<Kit, 'logger' | 'metrics'>,
): AdminCheck {
  const wrong = metrics.event('admin_token_failures', 'Requests with a wrong admin token')
  return (given) => {
    if (isAdminToken(given, tokens)) return true
    wrong.inc()
    logger.warn('admin token wrong')
    return false
  }
}

/** The token in an `Authorization` header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

/** Requires the admin's bearer token: 401 without one, 403 with a wrong one. */
export function adminOnly(isAdmin: AdminCheck | undefined): RequestHandler {
  if (isAdmin === undefined) throw new Error('An admin endpoint needs an admin check')
  return (req, _res, next) => {
    const given = bearerToken(req.get('Authorization'))
    if (given === undefined) {
      throw new ProblemError('token-missing', 'Send "Authorization: Bearer <ADMIN_TOKEN>".', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    }
    if (!isAdmin(given)) throw new ProblemError('token-wrong', 'This is not the admin token.')
    next()
  }
}
