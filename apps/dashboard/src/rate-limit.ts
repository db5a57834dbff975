import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import { ProblemError } from '@matinee/service-kit/http/problem'

/**
 * Limits the requests per minute and client address. Each replica counts for itself.
 *
 * @param failuresOnly count only answers 4xx and 5xx
 * @throws ProblemError `too-many-requests`
 */
export function perMinute(limit: number, detail: string, failuresOnly = false): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit,
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: failuresOnly,
    handler: (req, _res, next) => {
      const { resetTime } = (req as unknown as { rateLimit: { resetTime: Date } }).rateLimit
      const seconds = Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000))
      next(new ProblemError('too-many-requests', detail, { headers: { 'Retry-After': String(seconds) } }))
    },
  })
}
