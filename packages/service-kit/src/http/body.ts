import express from 'express'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { ProblemError } from './problem.ts'

const bodyLimit = '100kb'

function hasBody(req: express.Request): boolean {
  return req.get('Transfer-Encoding') !== undefined || Number(req.get('Content-Length') ?? 0) > 0
}

/** Reads a JSON body, if there is one; `mergePatch` takes `application/merge-patch+json` (RFC 7396) too. */
export function readBody(mergePatch: boolean): RequestHandler {
  const types = mergePatch ? ['application/json', 'application/merge-patch+json'] : ['application/json']
  const readJson = express.json({ limit: bodyLimit, strict: false, type: types })
  return (req, res, next) => {
    if (!hasBody(req)) {
      next()
      return
    }
    if (!req.is(types)) {
      throw new ProblemError('unsupported-media-type', `Send the body as ${types.join(' or ')}.`)
    }
    readJson(req, res, next)
  }
}

function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function explain(issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointer([...issue.path, key]),
      detail: 'There is no such field',
    }))
  }
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}

/**
 * A part of the request in its schema's form.
 *
 * @throws ProblemError `problem`, with one entry in `errors` for each thing that is wrong
 */
export function parse<S extends z.ZodType>(
  schema: S,
  value: unknown,
  problem: 'invalid-parameter' | 'validation-failed',
): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  if (problem === 'validation-failed' && value === undefined) {
    throw new ProblemError('malformed-json', 'The body is empty. Send a JSON object.')
  }
  const errors = result.error.issues.flatMap(explain)
  const detail = errors.map((error) => `${error.pointer || 'The body'}: ${error.detail}`).join('; ')
  throw new ProblemError(problem, detail, { members: { errors } })
}
