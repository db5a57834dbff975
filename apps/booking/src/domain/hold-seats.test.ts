import { describe, expect, it } from '@jest/globals'
import type { BookingInput } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Context, HoldOutcome } from './context.ts'
import { holdSeats } from './hold-seats.ts'

const showtime = '2030-01-01T18:00:00.000Z'
const theatre = {
  id: 't',
  name: 'Odeon',
  city: 'Bath',
  available: true,
  price: { amount: 900, currency: 'GBP' },
  screens: [{ name: 'Main', rows: 2, seatsPerRow: 4 }],
} as Theatre
const listings = [{ theatre, screen: 'Main', showtimes: [showtime] }]
const movie = { id: 'm', title: 'Solaris', listings } as Partial<Movie> as Movie
const wish: BookingInput = {
  movieId: 'm',
  theatreId: 't',
  customer: { name: 'Ada', email: 'ada@example.com' },
}

/** A store whose holds end like this, one after the other; nothing is left for us to expire. */
function contextWith(...outcomes: HoldOutcome[]): Context {
  const bookings = {
    lookAt: () => Promise.resolve({ now: '2029-12-31T12:00:00.000Z', showtime, plan: null, taken: [] }),
    hold: () => Promise.resolve(outcomes.shift() ?? 'held'),
    expire: () => Promise.resolve([]),
  } as Partial<Context['bookings']> as Context['bookings']
  return {
    bookings,
    movies: { find: () => Promise.resolve(movie), all: () => Promise.resolve([movie]) },
    theatres: { find: () => Promise.resolve(theatre), allOpen: () => Promise.resolve([theatre]) },
    events: { seatsHeld: () => undefined } as Partial<Context['events']> as Context['events'],
    holdSeconds: 300,
    newId: () => 'id',
    random: () => 0,
  } as Partial<Context> as Context
}

describe('holdSeats', () => {
  it('looks again after a lost race', async () => {
    const held = await holdSeats(contextWith('race-lost'), wish, {} as Claim)

    expect(held).toMatchObject({ status: 'pending', seats: ['B2'] })
  })

  it.each(['too-many-holds', 'too-many-seats'] as const)('refuses %s at once', async (outcome) => {
    const refused = holdSeats(contextWith(outcome), wish, {} as Claim)

    await expect(refused).rejects.toMatchObject({ problem: outcome, headers: { 'Retry-After': '1' } })
  })
})
