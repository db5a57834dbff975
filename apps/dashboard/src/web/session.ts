import { createHmac, randomBytes } from 'node:crypto'
import cookieSession from 'cookie-session'
import type { Request, RequestHandler } from 'express'
import { sameSecret } from '@matinee/service-kit/http/admin'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Events } from '../events.ts'

const dayMs = 24 * 60 * 60 * 1000
const adminMs = 8 * 60 * 60 * 1000
const mostBookings = 20

/** What the signed cookie holds: nothing that its owner may not read. */
interface Session {
  formToken?: string
  /** Newest first. */
  bookings?: string[]
  /** Until when this visitor is an admin, in ms since 1970, and the mark of the token that made them one. */
  admin?: { until: number; mark: string }
}

/** Reads and writes the cookie; it is `Secure` whenever the request came by https. */
export function sessionCookie(secret: string): RequestHandler {
  return cookieSession({ name: 'matinee', secret, maxAge: 30 * dayMs, httpOnly: true, sameSite: 'lax' })
}

function sessionOf(req: Request): Session {
  return (req.session ??= {} as NonNullable<Request['session']>) as Session
}

/** What every form of this visitor carries, and no other site can know. */
export function formToken(req: Request): string {
  return (sessionOf(req).formToken ??= randomBytes(18).toString('base64url'))
}

/** Whether the browser says that a page of ours sent the request; what is no browser says nothing. */
function isOwnOrigin(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  const origin = req.get('Origin')
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === req.get('Host'))
}

/**
 * Lets a form through only with its token, and never from another origin.
 *
 * @throws ProblemError `form-forged`
 */
export function refuseForgery(events: Events): RequestHandler {
  return (req, _res, next) => {
    const given = (req.body as Record<string, unknown> | undefined)?.['token']
    const expected = sessionOf(req).formToken
    const isOwn = typeof given === 'string' && expected !== undefined && sameSecret(given, expected)
    if (!isOwn || !isOwnOrigin(req)) {
      events.formForged(req.path)
      throw new ProblemError(
        'form-forged',
        'This form is too old, or another site sent it. Nothing was done. Open the page again and repeat it; cookies must be allowed.',
      )
    }
    next()
  }
}

/** The ids of this visitor's bookings, newest first. */
export function bookingsOf(req: Request): string[] {
  return sessionOf(req).bookings ?? []
}

/** Puts a booking on top of the visitor's. */
export function rememberBooking(req: Request, id: string): void {
  const others = bookingsOf(req).filter((other) => other !== id)
  sessionOf(req).bookings = [id, ...others].slice(0, mostBookings)
}

/** Tells one admin token from another in the cookie, from which nobody can guess it. */
export function adminMark(token: string, secret: string): string {
  return createHmac('sha256', secret).update(token).digest('base64url')
}

/** Whether this visitor has signed in with the admin token of this mark, and not too long ago. */
export function isAdmin(req: Request, mark: string): boolean {
  const { admin } = sessionOf(req)
  return admin !== undefined && admin.until > Date.now() && sameSecret(admin.mark, mark)
}

export function signIn(req: Request, mark: string): void {
  sessionOf(req).admin = { until: Date.now() + adminMs, mark }
}

export function signOut(req: Request): void {
  delete sessionOf(req).admin
}
