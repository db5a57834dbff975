import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import express from 'express'
import type { Router } from 'express'
import type { HealthChecks } from '../../clients/health.ts'
import { passOn } from '../problems.ts'
import { refuseForgery, sessionCookie } from '../session.ts'
import { adminMovieRouter } from './admin-movies.ts'
import { adminTheatreRouter } from './admin-theatres.ts'
import { adminRouter } from './admin.ts'
import { bookingRouter } from './bookings.ts'
import type { Context } from './context.ts'
import { holdRouter } from './hold.ts'
import { movieRouter } from './movies.ts'
import { payRouter } from './pay.ts'
import { systemRouter } from './system.ts'

const publicFolder = fileURLToPath(new URL('../../../public', import.meta.url))
const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')

/** All files that the pages need, from this host. */
export function assetRouter(): Router {
  return express
    .Router()
    .get('/vendor/htmx.min.js', (_req, res) => {
      res.sendFile(htmx, { maxAge: '1h' })
    })
    .use(express.static(publicFolder, { index: false }))
}

/** All pages, behind the session and the check of forms. */
export function pageRouter(context: Context, health: HealthChecks, sessionSecret: string): Router {
  return express
    .Router()
    .use((_req, res, next) => {
      res.set({
        'Cache-Control': 'private, no-cache',
        // Booking ids must not leave with a link; forms need their origin (helmet's no-referrer would hide it).
        'Referrer-Policy': 'same-origin',
      })
      next()
    })
    .use(sessionCookie(sessionSecret))
    .post('/{*path}', express.urlencoded({ limit: '100kb', extended: false }), refuseForgery(context.events))
    .use(movieRouter(context), holdRouter(context), payRouter(context), bookingRouter(context))
    .use(systemRouter(context, health))
    .use(adminRouter(context, adminMovieRouter(context), adminTheatreRouter(context)))
    .use(passOn)
}
