import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { RateLimitRequestHandler } from 'express-rate-limit'
import type { AdminCheck } from '@matinee/service-kit/http/admin'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { currentClient } from './client.ts'

const minuteMs = 60_000

interface RateLimit {
  /** Whose requests count together; those of nobody do not count. */
  by: (req: Request) => string | undefined
  limit: number
  /** What happened, and what the caller can do about it. */
  detail: string
  windowMs?: number
  /** Whether a request counts once it is answered; meanwhile it does, so that a burst does not outrun the limit. */
  counts?: (res: Response) => boolean
}

export const bySession = () => currentClient().session
export const byAddress = () => currentClient().address

/**
 * Limits requests in a window of time. Each replica counts for itself.
 *
 * @throws ProblemError `too-many-requests`
 */
export function createRateLimit({
  by,
  limit,
  detail,
  windowMs = minuteMs,
  counts,
}: RateLimit): RateLimitRequestHandler {
  return rateLimit({
    windowMs,
    limit,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (req) => by(req) ?? '',
    skip: (req) => by(req) === undefined,
    skipSuccessfulRequests: counts !== undefined,
    requestWasSuccessful: (_req, res) => counts?.(res) === false,
    handler: (req, _res, next) => {
      const { resetTime } = (req as unknown as { rateLimit: { resetTime: Date } }).rateLimit
      const seconds = Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000))
      next(new ProblemError('too-many-requests', detail, { headers: { 'Retry-After': String(seconds) } }))
    },
  })
}

const wrongTokens = 10

/** Refuses every token of an address that has sent too many wrong ones. */
export type TokenLimit = (
  tokenOf: (req: Request) => string | undefined,
  isAdmin: AdminCheck,
) => RequestHandler

/**
 * Limits wrong admin tokens per minute and client address; what it guards shares the count. A right token does not count.
 *
 * @throws ProblemError `too-many-requests`
 */
export function createTokenLimit(): TokenLimit {
  const count = createRateLimit({
    by: byAddress,
    limit: wrongTokens,
    detail: 'Too many wrong tokens. Wait a minute.',
  })
  return (tokenOf, isAdmin) => async (req, res, next) => {
    const token = tokenOf(req)
    const failures = (await count.getKey(byAddress()))?.totalHits ?? 0
    if (failures >= wrongTokens || (token !== undefined && !isAdmin(token))) await count(req, res, next)
    else next()
  }
}
