import { z } from 'zod'

const controlCharacters = /^[^\u0000-\u001f\u007f]*$/
const controlCharactersButNewlines = /^[^\u0000-\u0009\u000b-\u001f\u007f]*$/

function wellFormed(schema: z.ZodString) {
  return schema.refine((value) => value.isWellFormed(), 'Must be well-formed Unicode')
}

/** One line of text with something in it. */
export function text(max: number) {
  return wellFormed(
    z
      .string()
      .min(1)
      .max(max)
      .regex(/\S/, 'Must not be blank')
      .regex(controlCharacters, 'Must not hold control characters'),
  )
}

/** Text of several lines. */
export function paragraphs(max: number) {
  return wellFormed(
    z.string().max(max).regex(controlCharactersButNewlines, 'Must not hold control characters'),
  )
}

export const ObjectId = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'Must be 24 lower-case hexadecimal digits')
  .meta({ description: 'Id of a theatre or a movie', examples: ['64b7f0c2a1d3e4f5a6b7c8d9'] })

/** Upper case means the same (RFC 9562, 4): it is brought to the one form that keys compare by. */
export const Uuid = z
  .uuidv4()
  .toLowerCase()
  .meta({ description: 'Random (version 4) UUID; whoever knows it may act on it' })

/** An instant, in UTC; written with milliseconds whatever the input's precision. */
export const Time = z.iso
  .datetime()
  // The stores know no year 0.
  .regex(/^(?!0000)/, 'Must not be before the year 1')
  // A value with milliseconds has its final form; parsing it would be most of the cost of a long answer.
  .transform((value) => (value.length === 24 ? value : new Date(value).toISOString()))
  .meta({
    type: 'string',
    format: 'date-time',
    description: 'ISO 8601, UTC',
    examples: ['2026-12-01T18:00:00.000Z'],
  })

export const Amount = z.int().min(1).max(100_000_000).meta({ description: 'Minor units: 1200 is 12.00' })

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'Must be an ISO 4217 code')
  .meta({ examples: ['EUR'] })

/** The body of a request that has nothing to say but that it is made. */
export const NoFields = z.strictObject({}).optional().meta({ description: 'Absent, or an empty object' })

export const ProblemDetails = z
  .object({
    type: z.url().meta({ examples: ['https://matinee.dev/problems/not-found'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    traceId: z.string().regex(/^[0-9a-f]{32}$/),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .loose()
  .meta({ id: 'Problem', description: 'RFC 9457' })
export type ProblemDetails = z.infer<typeof ProblemDetails>

const limit = z
  .string()
  .regex(/^([1-9]\d?|100)$/, 'Must be a whole number from 1 to 100')
  .transform(Number)
  .default(20)
  .meta({ override: { type: 'integer', minimum: 1, maximum: 100, default: 20, pattern: undefined } })

/** The query of a list whose cursors have `length` characters; whatever has that form is a place in the list. */
export function pageQuery(length: number) {
  return {
    limit,
    after: z
      .string()
      .regex(new RegExp(`^[A-Za-z0-9_-]{${length}}$`), 'Must be the `next` of the page before')
      .optional()
      .meta({ description: 'The `next` of the page before' }),
  }
}

/** The length of a cursor that is an ObjectId. */
export const objectIdCursor = 16

/** The length of a cursor that is a UUID. */
export const uuidCursor = 36

/** A list's body; `next` is null on the last page. */
export function page<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

export interface Page<T> {
  items: T[]
  next: string | null
}

/** `true` or `false` in a query. */
export const Flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ override: { type: 'boolean', enum: undefined } })
