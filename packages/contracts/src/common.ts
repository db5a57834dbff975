import { z } from 'zod'

const controlCharacters = /^[^\u0000-\u001f\u007f]*$/
const controlCharactersButNewlines = /^[^\u0000-\u0009\u000b-\u001f\u007f]*$/

function wellFormed(schema: z.ZodString) {
  return schema.refine((value) => value.isWellFormed(), 'Must be well-formed Unicode')
}

/** Without them, and with a space for any white space, names that look the same are the same. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu

function normalise(value: string): string {
  return value.replace(invisible, '').replace(/\s+/g, ' ').trim().normalize('NFC')
}

/**
 * One line of text that is not blank, normalised: in NFC, without invisible characters, without white space at its ends,
 * and with single spaces inside.
 */
export function text(max: number) {
  return (
    wellFormed(
      z
        .string()
        .max(max, { abort: true })
        .regex(/\S/, { error: 'Must not be blank', abort: true })
        .regex(controlCharacters, 'Must not hold control characters'),
    )
      .overwrite(normalise)
      // The normalised text too: it can be longer, and without its invisible characters nothing may be left.
      .min(1, 'Must not be blank')
      .max(max)
  )
}

/** Text that may have several lines. */
export function paragraphs(max: number) {
  return wellFormed(
    z.string().max(max).regex(controlCharactersButNewlines, 'Must not hold control characters'),
  )
}

export const ObjectId = z
  .string()
  .regex(/^[0-9a-f]{24}$/, 'Must be 24 lower-case hexadecimal digits')
  .meta({ description: 'Id of a theatre or a movie', examples: ['64b7f0c2a1d3e4f5a6b7c8d9'] })

/** Case-insensitive (RFC 9562, 4); converted to lower case, so that equal ids are equal strings. */
export const Uuid = z
  .uuidv4()
  .toLowerCase()
  .meta({ description: 'A random (version 4) UUID; knowing it is the permission to act on it' })

/** An instant in UTC, normalised to milliseconds. */
export const Time = z.iso
  .datetime()
  // The databases have no year 0.
  .regex(/^(?!0000)/, 'Must not be before the year 1')
  // A value with milliseconds is normalised already, and parsing dates is slow.
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

/** The body of a request without fields. */
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

/** The query of a list (keyset pagination); any string of the cursor's form is a position in the list. */
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

/** The length of a cursor made from an ObjectId. */
export const objectIdCursor = 16

/** The length of a cursor made from a UUID. */
export const uuidCursor = 36

/** The body of a list; `next` is null on the last page. */
export function page<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

export interface Page<T> {
  items: T[]
  next: string | null
}

/** A boolean in a query. */
export const Flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .meta({ override: { type: 'boolean', enum: undefined } })
