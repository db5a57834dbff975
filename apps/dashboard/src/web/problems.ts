import type { ErrorRequestHandler, Request, Response } from 'express'
import { problems } from '@matinee/contracts/problems'
import type { ProblemName } from '@matinee/contracts/problems'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { currentTraceId } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { detailOf } from './forms.ts'
import { problemPage } from './pages/problem.ts'

function isProblemName(slug: string): slug is ProblemName {
  return Object.hasOwn(problems, slug)
}

/** What a service refused, as our own answer; an address with a parameter that cannot be leads nowhere. */
function fromUpstream(error: UpstreamProblem): ProblemError {
  const name = error.slug === 'invalid-parameter' ? 'not-found' : error.slug
  return new ProblemError(isProblemName(name) ? name : 'internal-error', detailOf(error.body), {
    cause: error,
  })
}

/** Turns what a page did not expect of a service into an answer. */
export const passOn: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  next(error instanceof UpstreamProblem ? fromUpstream(error) : error)
}

/** The same problem with what it means for the customer's seats and money. */
export function withAftermath(error: ProblemError, aftermath: string): ProblemError {
  const { problem, message, headers, members } = error
  return new ProblemError(problem, message, { cause: error, headers, members: { ...members, aftermath } })
}

/** Answers with a page, unless an API was asked or the caller takes JSON only. */
export function renderProblem(req: Request, res: Response, error: ProblemError): boolean {
  if (/^\/api(\/|$)/.test(req.path) || !req.accepts('html')) return false
  const { problem, message, members } = error
  const view = {
    problem,
    detail: message,
    aftermath: typeof members['aftermath'] === 'string' ? members['aftermath'] : undefined,
    isReading: req.method === 'GET' || req.method === 'HEAD',
    traceId: currentTraceId(),
  }
  res.type('html').send(String(problemPage(view)))
  return true
}
