import { randomUUID } from 'node:crypto'
import type { FakeAnswer, FakeService, ReceivedCall } from '@matinee/test-kit/fake-service'
import { problemAnswer, startFakeService } from '@matinee/test-kit/fake-service'
import type { ServiceName } from '../src/domain/context.ts'

const hourMs = 60 * 60 * 1000
const stamps = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' }

export const movieId = '64b7f0c2a1d3e4f5a6b7c8d9'
export const theatreId = '64b7f0c2a1d3e4f5a6b7c8aa'
/** 12:00 UTC, about a week from now. */
export const showtime = new Date(
  Math.floor(Date.now() / (24 * hourMs)) * 24 * hourMs + 180 * hourMs,
).toISOString()

export const theatre = {
  id: theatreId,
  name: 'Roxy',
  city: 'Tokyo',
  timeZone: 'Asia/Tokyo',
  available: true,
  price: { amount: 1200, currency: 'EUR' },
  screens: [{ name: 'Main', rows: 2, seatsPerRow: 4 }],
  ...stamps,
}

export const movie = {
  id: movieId,
  title: 'Solaris',
  durationMinutes: 166,
  genres: ['Drama'],
  listings: [
    { theatre: { id: theatreId, name: 'Roxy', city: 'Tokyo' }, screen: 'Main', showtimes: [showtime] },
  ],
  ...stamps,
}

export const screening = { movieId, theatreId, screen: 'Main', showtime }

export const seatMap = {
  screening,
  rows: ['A', 'B'].map((row) => ({
    row,
    seats: [1, 2, 3, 4].map((number) => ({
      seat: `${row}${String(number)}`,
      status: row === 'A' && number < 3 ? (['sold', 'held'][number - 1] ?? 'free') : 'free',
    })),
  })),
  free: 6,
  total: 8,
}

export function aBooking(fields: object = {}) {
  return {
    id: randomUUID(),
    reference: 'K7TQ2MXA',
    status: 'pending',
    movie: { id: movieId, title: 'Solaris' },
    theatre: { id: theatreId, name: 'Roxy', city: 'Tokyo' },
    screen: 'Main',
    showtime,
    seats: ['B1', 'B2'],
    amount: 2400,
    currency: 'EUR',
    customer: { name: 'Ann', email: 'ann@example.com' },
    expiresAt: new Date(Date.now() + hourMs).toISOString(),
    ...stamps,
    ...fields,
  }
}

export function aPayment({ id, amount, currency }: ReturnType<typeof aBooking>) {
  return {
    id: randomUUID(),
    bookingId: id,
    amount,
    currency,
    status: 'captured',
    card: { brand: 'visa', last4: '4242' },
    createdAt: stamps.createdAt,
  }
}

export const ok = (body: unknown, status = 200): FakeAnswer => ({ status, body })
export const notFound = problemAnswer(404, 'not-found')

type Fakes = Record<ServiceName, FakeService>

/** Four services with one movie and one theatre; tests replace their answers. */
export async function startFakes(): Promise<Fakes> {
  const [movies, theatres, bookings, payments] = await Promise.all([
    startFakeService(answerMovies),
    startFakeService(answerTheatres),
    startFakeService(answerBookings),
    startFakeService(answerShared),
  ])
  return { movie: movies, theatre: theatres, booking: bookings, payment: payments }
}

function answerShared({ path }: ReceivedCall): FakeAnswer {
  if (path === '/readyz') return ok({ status: 'up' })
  return path === '/openapi.json' ? ok({ info: { version: '0.1.0' } }) : notFound
}

export function answerMovies(call: ReceivedCall): FakeAnswer {
  if (call.path === '/movies') return ok({ items: [movie], next: null })
  return call.path === `/movies/${movieId}` ? ok(movie) : answerShared(call)
}

export function answerTheatres(call: ReceivedCall): FakeAnswer {
  if (call.path === '/theatres') return ok({ items: [theatre], next: null })
  return call.path === `/theatres/${theatreId}` ? ok(theatre) : answerShared(call)
}

export function answerBookings(call: ReceivedCall): FakeAnswer {
  if (call.path === '/screenings') return ok({ items: [{ ...screening, free: 6, total: 8 }], next: null })
  return call.path === '/screenings/seats' ? ok(seatMap) : answerShared(call)
}
