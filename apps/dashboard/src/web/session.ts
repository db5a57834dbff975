import { randomBytes } from 'node:crypto'
import cookieSession from 'cookie-session'
import type { Request, RequestHandler } from 'express'
import { sameSecret } from '@matinee/service-kit/http/admin'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Events } from '../events.ts'

const dayMs = 24 * 60 * 60 * 1000
const maxBookings = 20

/** An admin's; times are in ms since 1970. */
interface SignIn {
  id: string
  /** Identifies the token that it used without revealing it. */
  mark: string
  /** When it ends. */
  until: number
  /** When it ends unless it is used before. */
  idleUntil: number
}

/** The content of the cookie, which is signed but not encrypted: nothing that its owner may not read. */
interface Session {
  /** Random, for the limits of one visitor. */
  id?: string
  formToken?: string
  /** Newest first. */
  bookings?: string[]
  admin?: SignIn
  /** The last sign-in that this visitor ended. */
  signedOut?: Pick<SignIn, 'id' | 'until'>
}

/** Reads and writes the cookie, which is `Secure` whenever the request came by https. */
export function sessionCookie(secret: string): RequestHandler {
  return cookieSession({ name: 'matinee', secret, maxAge: 30 * dayMs, httpOnly: true, sameSite: 'lax' })
}

export function sessionOf(req: Request): Session {
  return (req.session ??= {} as NonNullable<Request['session']>) as Session
}

/** The CSRF token that every form of this visitor carries. */
export function formToken(req: Request): string {
  const session = sessionOf(req)
  session.id ??= randomBytes(18).toString('base64url')
  return (session.formToken ??= randomBytes(18).toString('base64url'))
}

/** Undefined for a visitor who has not opened a page with a form. */
export function sessionId(req: Request): string | undefined {
  return sessionOf(req).id
}

/** Makes every form worthless that was rendered before. */
export function renewFormToken(req: Request): void {
  delete sessionOf(req).formToken
}

/** Whether the browser names our own origin. Clients that are not browsers send neither header and pass. */
function isOwnOrigin(req: Request): boolean {
  const site = req.get('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  const origin = req.get('Origin')
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === req.get('Host'))
}

/**
 * CSRF protection: refuses forms without their token, and forms from another origin.
 *
 * @throws ProblemError `form-forged`
 */
export function refuseForgedForms(events: Events): RequestHandler {
  return (req, _res, next) => {
    const given = (req.body as Record<string, unknown> | undefined)?.['token']
    const expected = sessionOf(req).formToken
    const isOwn = typeof given === 'string' && expected !== undefined && sameSecret(given, expected)
    if (!isOwn || !isOwnOrigin(req)) {
      events.formForged(req.path)
      throw new ProblemError(
        'form-forged',
        'This form has expired or came from another site. Nothing was done. Open the page again and repeat it; cookies must be allowed.',
      )
    }
    next()
  }
}

/** Newest first. */
export function bookingsOf(req: Request): string[] {
  return sessionOf(req).bookings ?? []
}

export function rememberBooking(req: Request, id: string): void {
  const others = bookingsOf(req).filter((other) => other !== id)
  sessionOf(req).bookings = [id, ...others].slice(0, maxBookings)
}
