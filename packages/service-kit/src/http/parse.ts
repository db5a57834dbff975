import type { z } from 'zod'
import { ProblemError } from './problem.ts'

/** A JSON pointer (RFC 6901). */
function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function explain(issue: z.core.$ZodIssue): { pointer: string; detail: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'Unknown field' }))
  }
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}

/**
 * Parses a part of the request by its schema.
 *
 * @throws ProblemError `problem`, with one entry in `errors` for each mistake
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
