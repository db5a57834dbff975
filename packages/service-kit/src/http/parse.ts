import type { z } from 'zod'
import { ProblemError } from './problem.ts'

/** What an answer repeats of a request is limited, so that a small request has no large answer. */
const maxErrors = 20
const maxNameLength = 100

/** A JSON pointer (RFC 6901), with long names cut. */
function pointer(path: PropertyKey[]): string {
  const names = path.map((part) => String(part).slice(0, maxNameLength))
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function explain(issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.slice(0, maxErrors)
    return keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'Unknown field' }))
  }
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}

/**
 * Parses a part of the request by its schema.
 *
 * @throws ProblemError `problem`, with one entry in `errors` for each of the first 20 mistakes
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
  const errors = result.error.issues.slice(0, maxErrors).flatMap(explain).slice(0, maxErrors)
  const detail = errors.map((error) => `${error.pointer || 'The body'}: ${error.detail}`).join('; ')
  throw new ProblemError(problem, detail, { members: { errors } })
}
