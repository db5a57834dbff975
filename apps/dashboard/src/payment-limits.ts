import type { Request, Response } from 'express'
import { z } from 'zod'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Config } from './config.ts'
import { createInFlight } from './in-flight.ts'
import { byAddress, bySession, createRateLimit } from './rate-limit.ts'

const declineWindowMs = 10 * 60_000

type Handler = (req: Request, res: Response) => Promise<void>
/** Puts a handler of payments behind the limits: `too-many-payments`, `too-many-requests`. */
export type LimitPayments = (handler: Handler) => Handler

const tooMany = () =>
  new ProblemError(
    'too-many-payments',
    'Too many of your payments are under way. Wait until one is finished.',
  )

const Body = z.object({ bookingId: z.string() })

/** The booking that is paid: in the path of the page, or in the body of the API. */
function bookingOf(req: Request): string | undefined {
  const { id } = req.params
  if (typeof id === 'string') return id
  try {
    return Body.parse(JSON.parse(String(req.body))).bookingId.toLowerCase()
  } catch {
    // Payment refuses it.
    return undefined
  }
}

/** Limits payments under way, which keep others waiting, and declines, by which stolen cards are tried out. */
export function createPaymentLimits(config: Config): LimitPayments {
  const inFlight = createInFlight(
    { perSession: config.MAX_PAYMENTS_PER_SESSION, perAddress: config.MAX_PAYMENTS_PER_ADDRESS },
    tooMany,
  )
  function limitDeclines(by: (req: Request) => string | undefined, limit: number) {
    const check = createRateLimit({
      by,
      limit,
      detail: 'Too many cards were declined. Wait a few minutes. Nothing was charged.',
      windowMs: declineWindowMs,
      counts: (res) => res.statusCode === 402,
    })
    return (req: Request, res: Response) =>
      new Promise<void>((resolve, reject) => {
        void check(req, res, (error?: unknown) => {
          if (error instanceof Error) reject(error)
          else resolve()
        })
      })
  }
  const declines = [
    limitDeclines(bySession, config.MAX_DECLINES_PER_SESSION),
    limitDeclines(byAddress, config.MAX_DECLINES_PER_ADDRESS),
    limitDeclines(bookingOf, config.MAX_DECLINES_PER_BOOKING),
  ]

  return (handler) => async (req, res) => {
    // First, because a payment under way counts as a decline until it is answered.
    const end = inFlight.begin()
    try {
      for (const check of declines) await check(req, res)
      await handler(req, res)
    } finally {
      end()
    }
  }
}
