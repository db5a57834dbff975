import type { Screening, SeatMap, SeatStatus } from '@matinee/contracts/booking'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { seatRows } from './choose-seats.ts'
import type { Context } from './context.ts'
import { listingAt } from './find-screening.ts'
import type { ScreeningKey, SeatPlan } from './screening.ts'

interface ScreeningFilter {
  movieId?: string | undefined
  theatreId?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** The sort key of a screening, which also identifies it. */
export function screeningOrder({ showtime, movieId, theatreId }: ScreeningKey): string {
  return `${showtime} ${movieId} ${theatreId}`
}

/** The screenings on show at open theatres, in the order of their showtimes, with their free seats. */
export async function listScreenings(context: Context, filter: ScreeningFilter): Promise<Screening[]> {
  const { from, to } = filter
  const [movies, theatres, { now, screenings }] = await Promise.all([
    filter.movieId === undefined ? context.movies.all() : one(context.movies.find(filter.movieId)),
    filter.theatreId === undefined
      ? context.theatres.allOpen()
      : one(context.theatres.find(filter.theatreId)),
    context.screenings.occupancy(from, to),
  ])
  const held = new Map(screenings.map((screening) => [screeningOrder(screening), screening]))
  const open = theatres.filter(({ available }) => available)
  return movies
    .flatMap((movie) => open.flatMap((theatre) => listingAt(movie, theatre) ?? []))
    .flatMap(({ movie, theatre, showtimes, plan }) =>
      showtimes
        .filter((showtime) => showtime >= (from ?? now) && (to === undefined || showtime <= to))
        .map((showtime) => {
          const key = { movieId: movie.id, theatreId: theatre.id, showtime }
          const { plan: sold, taken } = held.get(screeningOrder(key)) ?? { plan, taken: 0 }
          const total = sold.rows * sold.seatsPerRow
          return { ...key, screen: sold.screen, free: total - taken, total }
        }),
    )
    .sort((a, b) => (screeningOrder(a) < screeningOrder(b) ? -1 : 1))
}

async function one<T>(found: Promise<T | null>): Promise<T[]> {
  const item = await found
  return item === null ? [] : [item]
}

/**
 * The seat map of a screening: by the plan of its first hold; before that, by the current plan of its screen.
 *
 * @throws ProblemError `not-found`
 */
export async function seatMap(context: Context, key: ScreeningKey): Promise<SeatMap> {
  const known = await context.screenings.seats(key)
  if (known) return draw(key, known.plan, known.held, known.sold)
  const [movie, theatre] = await Promise.all([
    context.movies.find(key.movieId),
    context.theatres.find(key.theatreId),
  ])
  const listed = movie && theatre && listingAt(movie, theatre)
  if (!listed?.showtimes.includes(key.showtime)) {
    throw new ProblemError('not-found', 'There is no such screening.')
  }
  return draw(key, listed.plan, [], [])
}

function draw(key: ScreeningKey, plan: SeatPlan, held: string[], sold: string[]): SeatMap {
  const taken = new Map<string, SeatStatus>([
    ...held.map((seat) => [seat, 'held'] as const),
    ...sold.map((seat) => [seat, 'sold'] as const),
  ])
  const total = plan.rows * plan.seatsPerRow
  return {
    screening: {
      movieId: key.movieId,
      theatreId: key.theatreId,
      screen: plan.screen,
      showtime: key.showtime,
    },
    rows: seatRows(plan).map(({ row, seats }) => ({
      row,
      seats: seats.map((seat) => ({ seat, status: taken.get(seat) ?? 'free' })),
    })),
    free: total - taken.size,
    total,
  }
}
