import type { Request, Response } from 'express'
import { z } from 'zod'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'

/** Messages by the field's path in the schema, such as `customer.email`; `''` stands for the whole form. */
export type FieldErrors = Record<string, string>

/** All trimmed values of a field, in page order. */
export function valuesOf(req: Request, name: string): string[] {
  const value = (req.body as Record<string, unknown> | undefined)?.[name]
  return [value].flat().map((one) => (typeof one === 'string' ? one.replaceAll('\r\n', '\n').trim() : ''))
}

export function valueOf(req: Request, name: string): string {
  return valuesOf(req, name)[0] ?? ''
}

/** Browsers send empty fields; JSON leaves them out. */
export function emptyToUndefined(value: string): string | undefined {
  return value === '' ? undefined : value
}

/**
 * The idempotency key that the form was rendered with.
 *
 * @throws ProblemError `idempotency-key-missing`
 */
export function keyOf(req: Request): string {
  const key = z.uuidv4().safeParse(valueOf(req, 'key'))
  if (!key.success)
    throw new ProblemError('idempotency-key-missing', 'The form lacks its key. Open the page again.')
  return key.data
}

/** The first error of each field; `messages` replaces the schema's wording. */
export function fieldErrors({ issues }: z.ZodError, messages: FieldErrors = {}): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) {
    const name = path.join('.')
    errors[name] ??= messages[name] ?? message
  }
  return errors
}

/** The field errors in a service's `validation-failed`. */
export function upstreamErrors({ body }: UpstreamProblem, messages: FieldErrors = {}): FieldErrors {
  const errors = z.array(z.object({ pointer: z.string(), detail: z.string() })).safeParse(body['errors'])
  const byName = (errors.data ?? []).map(({ pointer, detail }) => {
    const name = pointer.slice(1).replaceAll('/', '.')
    return [name, messages[name] ?? detail] as const
  })
  return byName.length > 0 ? Object.fromEntries(byName) : { '': detailOf(body) }
}

export function detailOf(body: Record<string, unknown>): string {
  return typeof body['detail'] === 'string' ? body['detail'] : 'The service refused the request.'
}

interface AdminForm<Body> {
  schema: z.ZodType<Body>
  input: unknown
  messages: FieldErrors
  save: (body: Body) => Promise<unknown>
  /** Shows the form again. */
  show: (errors: FieldErrors) => Promise<void> | void
}

/** Saves an admin's form and returns to the overview, or shows the form again with its errors. */
export async function saveForm<Body>(
  res: Response,
  { schema, input, messages, save, show }: AdminForm<Body>,
): Promise<void> {
  const body = schema.safeParse(input)
  if (!body.success) {
    res.status(422)
    await show(fieldErrors(body.error, messages))
    return
  }
  try {
    await save(body.data)
    res.redirect(303, '/admin')
  } catch (error) {
    if (!(error instanceof UpstreamProblem) || error.status === 404) throw error
    res.status(error.status)
    await show(upstreamErrors(error, messages))
  }
}
