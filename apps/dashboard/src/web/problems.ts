import type { ErrorRequestHandler, Request, Response } from 'express'
import { problemName } from '@matinee/contracts/problems'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { currentTraceId } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { detailOf } from './forms.ts'
import { problemPage } from './pages/problem.ts'

/** A service's refusal as our own. An invalid parameter comes from the page's URL, which therefore does not exist. */
function fromUpstream(error: UpstreamProblem): ProblemError {
  const name = error.slug === 'invalid-parameter' ? 'not-found' : error.slug
  return new ProblemError(problemName(name) ?? 'internal-error', detailOf(error.body), {
    cause: error,
  })
}

/** Answers refusals that no page handles. */
export const upstreamProblemHandler: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  next(error instanceof UpstreamProblem ? fromUpstream(error) : error)
}

/** Adds what the problem means for the customer's seats and money. */
export function withConsequence(error: ProblemError, consequence: string): ProblemError {
  const { problem, message, headers, members } = error
  return new ProblemError(problem, message, { cause: error, headers, members: { ...members, consequence } })
}

/** Renders a problem as a page, except for the API and for clients that accept only JSON. */
export function renderProblem(req: Request, res: Response, error: ProblemError): boolean {
  if (/^\/api(\/|$)/.test(req.path) || !req.accepts('html')) return false
  const { problem, message, members } = error
  const view = {
    problem,
    detail: message,
    consequence: typeof members['consequence'] === 'string' ? members['consequence'] : undefined,
    isRead: req.method === 'GET' || req.method === 'HEAD',
    traceId: currentTraceId(),
  }
  res.type('html').send(String(problemPage(view)))
  return true
}
