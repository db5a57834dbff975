import { describe, expect, it } from '@jest/globals'
import { BookingInput, bookingsApi, screeningsApi } from './booking.ts'
import { Time, Uuid, pageQuery, text } from './common.ts'
import type { Api } from './endpoint.ts'
import { MovieInput, moviesApi } from './movie.ts'
import { paymentsApi } from './payment.ts'
import { problemType, problems } from './problems.ts'
import type { ProblemName } from './problems.ts'
import { TheatreInput, theatresApi } from './theatre.ts'

const apis: Api[] = [moviesApi, theatresApi, bookingsApi, screeningsApi, paymentsApi]

describe('the endpoints', () => {
  it('have unique names, and unique pairs of method and path', () => {
    const endpoints = apis.flatMap((api) => Object.entries(api))
    const places = endpoints.map(([, { method, path }]) => `${method} ${path}`)
    expect(new Set(places).size).toBe(places.length)
    expect(new Set(endpoints.map(([name]) => name)).size).toBe(endpoints.length)
  })

  it('require an Idempotency-Key on five routes', () => {
    const keyed = apis.flatMap((api) => Object.values(api)).filter(({ idempotent }) => idempotent)
    expect(keyed.map(({ path }) => path).sort()).toEqual([
      '/bookings',
      '/bookings/{id}/cancel',
      '/bookings/{id}/confirm',
      '/payments',
      '/payments/{id}/refund',
    ])
  })
})

describe('problems', () => {
  it('share one type for the two statuses of a showtime that has passed', () => {
    expect(problemType('cancelled-too-late')).toBe('https://matinee.dev/problems/showtime-passed')
    expect(problems['cancelled-too-late'].status).toBe(409)
    expect(problems['showtime-passed'].status).toBe(422)
  })

  it('all have an error status', () => {
    for (const name of Object.keys(problems) as ProblemName[]) {
      expect(problems[name].status).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('values', () => {
  it('normalise times to UTC with milliseconds, and refuse other zones', () => {
    expect(Time.parse('2026-12-01T18:00:00Z')).toBe('2026-12-01T18:00:00.000Z')
    expect(Time.safeParse('2026-12-01T18:00:00+01:00').success).toBe(false)
    expect(Time.safeParse('2026-02-30T18:00:00Z').success).toBe(false)
  })

  it('treat ids that differ in case as equal', () => {
    const id = '0b9a1f6e-6c1c-4f0e-9d0a-3f2f6f1c2b3a'
    expect(Uuid.parse(id.toUpperCase())).toBe(id)
  })

  it.each([
    ['decomposed letters', 'Cafe\u0301'],
    ['spaces around and inside', '  Caf\u00e9\u00a0 '],
    ['zero-width characters', '\ufeffC\u200ba\u200df\u2060\u00e9\u00ad'],
    ['a mark that keeps letters apart', 'Cafe\u034f\u0301'],
  ])('are the same text with %s', (_what, value) => {
    expect(text(20).parse(value)).toBe('Caf\u00e9')
    expect(text(20).parse(`${value} ${value}`)).toBe('Caf\u00e9 Caf\u00e9')
  })

  it.each([
    '',
    ' ',
    '\u200b',
    ' \u2060 ',
    '\u0958\u0958\u0958\u0958',
    'a\u0000b',
    'line\nbreak',
    '\ud800',
    'too long',
  ])('take %j for no line of seven', (value) => {
    expect(text(7).safeParse(value).success).toBe(false)
  })

  it.each(['0', '101', '1e1', '', ' 5'])('refuse %j as the limit of a page', (limit) => {
    expect(pageQuery(16).limit.safeParse(limit).success).toBe(false)
  })
})

describe('bodies', () => {
  const booking = {
    movieId: '0'.repeat(24),
    theatreId: '1'.repeat(24),
    customer: { name: 'Ada', email: 'ada@example.com' },
  }

  it('refuse a quantity that differs from the number of seats', () => {
    expect(BookingInput.safeParse({ ...booking, seats: ['A1', 'A2'], quantity: 2 }).success).toBe(true)
    const disagreeing = BookingInput.safeParse({ ...booking, seats: ['A1', 'A2'], quantity: 3 })
    expect(disagreeing.error?.issues[0]?.path).toEqual(['quantity'])
  })

  it('refuse unknown fields', () => {
    expect(BookingInput.safeParse({ ...booking, showTime: '2026-12-01T18:00:00Z' }).success).toBe(false)
  })

  it('fill in defaults', () => {
    const screens = [{ name: 'One', rows: 1, seatsPerRow: 1 }]
    const theatre = { name: 'Roxy', city: 'Rome', price: { amount: 1, currency: 'EUR' }, screens }
    expect(TheatreInput.parse(theatre)).toEqual({ ...theatre, timeZone: 'UTC', available: true })
    expect(MovieInput.parse({ title: 'A', durationMinutes: 1 }).genres).toEqual([])
  })

  it('refuse an unknown time zone', () => {
    const zone = TheatreInput.shape.timeZone
    expect(zone.safeParse('Europe/Berlin').success).toBe(true)
    expect(zone.safeParse('Mars/Olympus').success).toBe(false)
    expect(zone.safeParse('+01:00').success).toBe(false)
  })
})
