import express from 'express'
import type { Request, RequestHandler, Router } from 'express'
import { moviesApi } from '@matinee/contracts/movie'
import { theatresApi } from '@matinee/contracts/theatre'
import { isAdminToken } from '@matinee/service-kit/http/admin'
import type { AdminTokens } from '@matinee/service-kit/http/admin'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from '../../domain/context.ts'
import type { TokenLimit } from '../../rate-limit.ts'
import type { AdminSessions } from '../admin-session.ts'
import { valueOf } from '../forms.ts'
import { adminPage, signInPage } from '../pages/admin.ts'
import { formToken } from '../session.ts'

/** Redirects other visitors to the sign-in and refuses their forms. */
function adminsOnly(sessions: AdminSessions): RequestHandler {
  return (req, res, next) => {
    if (sessions.use(req)) next()
    else if (req.method === 'GET') res.redirect(303, '/admin')
    else
      throw new ProblemError(
        'token-missing',
        'You are not signed in, or your session has expired. Nothing was changed.',
      )
  }
}

function cursor(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Signing in and out, and the overview; `routers` are for admins only. */
export function adminRouter(
  { services, events }: Context,
  { tokens, tokenLimit, sessions }: { tokens: AdminTokens; tokenLimit: TokenLimit; sessions: AdminSessions },
  ...routers: Router[]
): Router {
  const tokenOf = (req: Request) => valueOf(req, 'secret')
  const isAdmin = (given: string) => isAdminToken(given, tokens)
  const overview: RequestHandler = async (req, res) => {
    const token = formToken(req)
    if (!sessions.use(req)) {
      res.send(String(signInPage(token)))
      return
    }
    const [movies, theatres] = await Promise.all([
      services.movie.call(moviesApi.listMovies, { query: { after: cursor(req.query['movies']) } }),
      services.theatre.call(theatresApi.listTheatres, { query: { after: cursor(req.query['theatres']) } }),
    ])
    res.send(String(adminPage({ movies, theatres, token })))
  }

  return express
    .Router()
    .get('/admin', overview)
    .post('/admin/sign-in', tokenLimit(tokenOf, isAdmin), (req, res) => {
      if (isAdmin(tokenOf(req))) {
        events.adminSignedIn()
        sessions.signIn(req)
        res.redirect(303, '/admin')
      } else {
        events.adminSignInFailed()
        res.status(403).send(String(signInPage(formToken(req), 'This is not the admin token.')))
      }
    })
    .post('/admin/sign-out', (req, res) => {
      sessions.signOut(req)
      res.redirect(303, '/admin')
    })
    .use('/admin', adminsOnly(sessions))
    .use(...routers)
}
