import { z } from 'zod'
import { Amount, Currency, Flag, ObjectId, Time, objectIdCursor, page, pageQuery, text } from './common.ts'
import type { Api } from './endpoint.ts'

export const Screen = z.strictObject({
  name: text(50),
  rows: z.int().min(1).max(26).meta({ description: 'Rows are lettered from A' }),
  seatsPerRow: z.int().min(1).max(40).meta({ description: 'Seats are numbered from 1' }),
})
export type Screen = z.infer<typeof Screen>

const knownTimeZones = new Set(Intl.supportedValuesOf('timeZone'))

/** Only an alias, such as `UTC`, needs a formatter: the first one loads 6 MiB of locale data. */
function isTimeZone(value: string): boolean {
  if (knownTimeZones.has(value)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return true
  } catch {
    return false
  }
}

const TimeZone = z
  .string()
  .max(50)
  .regex(/^[A-Za-z]/)
  .refine(isTimeZone, 'Must be an IANA time zone name, such as Europe/Berlin')
  .meta({ examples: ['Europe/Berlin'] })

const Screens = z
  .array(Screen)
  .min(1)
  .max(50)
  .refine((screens) => new Set(screens.map(({ name }) => name)).size === screens.length, 'Names must differ')

const Price = z.strictObject({ amount: Amount.max(1_000_000), currency: Currency })

const fields = {
  name: text(100),
  city: text(100),
  address: text(200).optional(),
  timeZone: TimeZone,
  available: z.boolean(),
  price: Price,
  screens: Screens,
}

export const TheatreInput = z
  .strictObject({ ...fields, timeZone: TimeZone.default('UTC'), available: z.boolean().default(true) })
  .meta({ id: 'TheatreInput' })
export type TheatreInput = z.output<typeof TheatreInput>

export const TheatrePatch = z
  .strictObject({ ...fields, address: text(200).nullable(), price: Price.partial() })
  .partial()
  .meta({ id: 'TheatrePatch', description: 'A JSON merge patch (RFC 7396)' })
export type TheatrePatch = z.output<typeof TheatrePatch>

export const Theatre = z
  .object({
    id: ObjectId,
    ...fields,
    // Not checked when a theatre is read: Intl takes megabytes to look up a time zone.
    timeZone: z.string(),
    createdAt: Time,
    updatedAt: Time,
  })
  .meta({ id: 'Theatre' })
export type Theatre = z.output<typeof Theatre>

const params = z.object({ id: ObjectId })

export const theatresApi = {
  createTheatre: {
    method: 'post',
    path: '/theatres',
    summary: 'Add a theatre',
    admin: true,
    body: TheatreInput,
    answer: { status: 201, body: Theatre, location: '/theatres/{id}' },
    problems: ['theatre-exists'],
  },
  listTheatres: {
    method: 'get',
    path: '/theatres',
    summary: 'List theatres',
    query: z.object({ city: text(100).optional(), available: Flag.optional(), ...pageQuery(objectIdCursor) }),
    answer: { status: 200, body: page(Theatre) },
    problems: [],
  },
  getTheatre: {
    method: 'get',
    path: '/theatres/{id}',
    summary: 'Read a theatre',
    params,
    answer: { status: 200, body: Theatre },
    problems: ['not-found'],
  },
  patchTheatre: {
    method: 'patch',
    path: '/theatres/{id}',
    summary: 'Change a theatre; `{"available": false}` closes it',
    admin: true,
    params,
    body: TheatrePatch,
    answer: { status: 200, body: Theatre },
    problems: ['not-found', 'theatre-exists', 'precondition-failed'],
  },
  deleteTheatre: {
    method: 'delete',
    path: '/theatres/{id}',
    summary: 'Remove a theatre',
    admin: true,
    params,
    answer: { status: 204 },
    problems: ['not-found', 'precondition-failed'],
  },
} as const satisfies Api
