import { z } from 'zod'
import type { Request } from 'express'
import type { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'

/** What is wrong, by the field's path in the schema: `customer.email`; `''` is the form as a whole. */
export type FieldErrors = Record<string, string>

/** All values of a field, in the order of the page, without the blanks around them. */
export function valuesOf(req: Request, name: string): string[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name]
  return [value].flat().map((one) => (typeof one === 'string' ? one.replaceAll('\r\n', '\n').trim() : ''))
}

export function valueOf(req: Request, name: string): string {
  return valuesOf(req, name)[0] ?? ''
}

/** What a JSON body holds in place of a field that was left empty: nothing. */
export function filled(value: string): string | undefined {
  return value === '' ? undefined : value
}

/**
 * The key that a form got when it was rendered: sent twice, it does its work once.
 *
 * @throws ProblemError `idempotency-key-missing`
 */
export function keyOf(req: Request): string {
  const key = z.uuidv4().safeParse(valueOf(req, 'key'))
  if (!key.success)
    throw new ProblemError('idempotency-key-missing', 'The form lacks its key. Open the page again.')
  return key.data
}

/** The first complaint about each field; `plain` says it in better words. */
export function fieldErrors({ issues }: z.ZodError, plain: FieldErrors = {}): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) {
    const name = path.join('.')
    errors[name] ??= plain[name] ?? message
  }
  return errors
}

/** The same from a service's `validation-failed`. */
export function upstreamErrors({ body }: UpstreamProblem, plain: FieldErrors = {}): FieldErrors {
  const errors = z.array(z.object({ pointer: z.string(), detail: z.string() })).safeParse(body['errors'])
  const named = (errors.data ?? []).map(({ pointer, detail }) => {
    const name = pointer.slice(1).replaceAll('/', '.')
    return [name, plain[name] ?? detail] as const
  })
  return named.length > 0 ? Object.fromEntries(named) : { '': detailOf(body) }
}

/** What a service's problem says. */
export function detailOf(body: Record<string, unknown>): string {
  return typeof body['detail'] === 'string' ? body['detail'] : 'The service refused it.'
}
