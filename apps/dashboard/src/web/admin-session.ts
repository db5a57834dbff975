import { createHmac, randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { sameSecret } from '@matinee/service-kit/http/admin'
import type { AdminTokens } from '@matinee/service-kit/http/admin'
import { renewFormToken, sessionOf } from './session.ts'

/** However much it is used. */
const lifetimeMs = 8 * 60 * 60 * 1000
/** From its last use to its end. */
const idleMs = 15 * 60 * 1000
/** The cookie is not sent anew with every answer. */
const renewalMs = 60 * 1000

export interface AdminSessions {
  /** Whether this visitor is signed in with the current admin token. */
  isAdmin(req: Request): boolean
  /** The same, and postpones the end of an idle session. */
  use(req: Request): boolean
  signIn(req: Request): void
  /** Ends the sign-in also for copies of the cookie, in this process. */
  signOut(req: Request): void
}

/**
 * Admins' sign-ins, in the signed cookie. A process refuses those that it saw end. Another replica, or this process
 * after a restart, accepts a copy of the cookie until it has been idle for 15 minutes, or hears of the sign-out from
 * the cookie of the browser that signed out.
 */
export function createAdminSessions(tokens: AdminTokens, secret: string): AdminSessions {
  const markOf = (token: string) => createHmac('sha256', secret).update(token).digest('base64url')
  const mark = markOf(tokens.ADMIN_TOKEN)
  const previous = markOf(tokens.ADMIN_TOKEN_PREVIOUS ?? tokens.ADMIN_TOKEN)
  /** Ids of sign-ins, and until when they could still be used. */
  const ended = new Map<string, number>()

  function end({ id, until }: { id: string; until: number }): void {
    for (const [other, limit] of ended) if (limit <= Date.now()) ended.delete(other)
    ended.set(id, until)
  }

  function current(req: Request) {
    const { admin, signedOut } = sessionOf(req)
    if (signedOut && !ended.has(signedOut.id)) end(signedOut)
    const now = Date.now()
    return admin &&
      (sameSecret(admin.mark, mark) || sameSecret(admin.mark, previous)) &&
      admin.until > now &&
      admin.idleUntil > now &&
      !ended.has(admin.id)
      ? admin
      : undefined
  }

  return {
    isAdmin: (req) => current(req) !== undefined,
    use(req) {
      const admin = current(req)
      if (!admin) return false
      const idleUntil = Date.now() + idleMs
      if (idleUntil - admin.idleUntil > renewalMs) admin.idleUntil = idleUntil
      return true
    },
    signIn(req) {
      const now = Date.now()
      sessionOf(req).admin = { id: randomUUID(), mark, until: now + lifetimeMs, idleUntil: now + idleMs }
      renewFormToken(req)
    },
    signOut(req) {
      const session = sessionOf(req)
      if (session.admin) {
        const { id, until } = session.admin
        session.signedOut = { id, until }
        end(session.signedOut)
        delete session.admin
      }
      renewFormToken(req)
    },
  }
}
