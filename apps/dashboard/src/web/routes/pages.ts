import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import express from 'express'
import type { RequestHandler, Router } from 'express'
import type { AdminTokens } from '@matinee/service-kit/http/admin'
import type { Context } from '../../domain/context.ts'
import type { LimitPayments } from '../../payment-limits.ts'
import type { TokenLimit } from '../../rate-limit.ts'
import { createAdminSessions } from '../admin-session.ts'
import { upstreamProblemHandler } from '../problems.ts'
import { refuseForgedForms } from '../session.ts'
import { adminMovieRouter } from './admin-movies.ts'
import { adminTheatreRouter } from './admin-theatres.ts'
import { adminRouter } from './admin.ts'
import { bookingRouter } from './bookings.ts'
import { holdRouter } from './hold.ts'
import { movieRouter } from './movies.ts'
import { payRouter } from './pay.ts'
import { systemRouter } from './system.ts'

const publicFolder = fileURLToPath(new URL('../../../public', import.meta.url))
const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')

/** Styles, scripts and images, all from this host. Only their paths touch the file system. */
export function assetRouter(): Router {
  return express
    .Router()
    .get('/vendor/htmx.min.js', (_req, res) => {
      res.sendFile(htmx, { maxAge: '1h' })
    })
    .get(/\.(css|js|svg)$/, express.static(publicFolder, { index: false }))
}

interface PageOptions {
  tokens: AdminTokens
  /** Slows down guessing of the admin token. */
  tokenLimit: TokenLimit
  sessionSecret: string
  /** Who sees the details on `/system`. */
  systemDetails: 'admin' | 'all'
  /** Slows down guessing of booking references. */
  findLimit: RequestHandler
  limitPayments: LimitPayments
}

/** All pages, behind the CSRF check. */
export function pageRouter(
  context: Context,
  { tokens, tokenLimit, sessionSecret, systemDetails, findLimit, limitPayments }: PageOptions,
): Router {
  const sessions = createAdminSessions(tokens, sessionSecret)
  return express
    .Router()
    .use((_req, res, next) => {
      res.set({
        'Cache-Control': 'private, no-cache',
        // Links to other sites must not leak booking ids, but forms need their origin, which helmet's no-referrer hides.
        'Referrer-Policy': 'same-origin',
      })
      next()
    })
    .use(['/bookings', '/admin', '/system'], (_req, res, next) => {
      // What is about a customer or for admins stays in no cache, not even the browser's own.
      res.set('Cache-Control', 'no-store')
      next()
    })
    .post(
      '/{*path}',
      express.urlencoded({ limit: '100kb', extended: false }),
      refuseForgedForms(context.events),
    )
    .use(
      movieRouter(context),
      holdRouter(context),
      payRouter(context, limitPayments),
      bookingRouter(context, { findLimit }),
    )
    .use(systemRouter(context, { systemDetails, sessions }))
    .use(
      adminRouter(
        context,
        { tokens, tokenLimit, sessions },
        adminMovieRouter(context),
        adminTheatreRouter(context),
      ),
    )
    .use(upstreamProblemHandler)
}
