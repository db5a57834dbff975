import { z } from 'zod'
import { screeningsApi } from '@matinee/contracts/booking'
import type { Screening } from '@matinee/contracts/booking'
import { page } from '@matinee/contracts/common'
import type { Page } from '@matinee/contracts/common'
import type { Call } from '@matinee/contracts/endpoint'
import { Movie, moviesApi } from '@matinee/contracts/movie'
import { theatresApi } from '@matinee/contracts/theatre'
import type { Theatre } from '@matinee/contracts/theatre'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Services } from './context.ts'

const maxPages = 5

/** What a list of movies shows: parsing all showtimes of all movies would be most of the work. */
const MovieSummary = Movie.omit({ synopsis: true, createdAt: true, updatedAt: true }).extend({
  listings: z.array(z.object({ theatre: z.object({ city: z.string() }) })),
})
export type MovieSummary = z.output<typeof MovieSummary>

const listSummaries = {
  ...moviesApi.listMovies,
  answer: { status: 200, body: page(MovieSummary) },
} as const

export async function listMovies(
  { movie }: Services,
  query: Call<typeof listSummaries>['query'],
): Promise<Page<MovieSummary>> {
  return await movie.call(listSummaries, { query })
}

/** The pages of a list, at most `maxPages` of them. */
async function* pagesOf<T>(
  read: (query: { limit: string; after: string | undefined }) => Promise<Page<T>>,
): AsyncGenerator<T[]> {
  let after: string | undefined
  for (let pages = 0; pages < maxPages; pages += 1) {
    const { items, next } = await read({ limit: '100', after })
    yield items
    if (next === null) return
    after = next
  }
}

async function all<T>(pages: AsyncGenerator<T[]>): Promise<T[]> {
  const all: T[] = []
  for await (const items of pages) all.push(...items)
  return all
}

function theatrePages({ theatre }: Services): AsyncGenerator<Theatre[]> {
  return pagesOf((query) => theatre.call(theatresApi.listTheatres, { query }))
}

export async function allTheatres(services: Services): Promise<Theatre[]> {
  return await all(theatrePages(services))
}

/** The theatres with these ids that still exist. */
async function theatresById(services: Services, ids: Set<string>): Promise<Map<string, Theatre>> {
  const found = new Map<string, Theatre>()
  for await (const theatres of theatrePages(services)) {
    for (const theatre of theatres) if (ids.has(theatre.id)) found.set(theatre.id, theatre)
    if (found.size === ids.size) break
  }
  return found
}

/** Upcoming screenings with their free seats; undefined when booking is unavailable. */
async function screeningsOf({ booking }: Services, movieId: string): Promise<Screening[] | undefined> {
  try {
    const pages = pagesOf((query) =>
      booking.call(screeningsApi.listScreenings, { query: { ...query, movieId } }),
    )
    return await all(pages)
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

export interface Programme {
  movie: Movie
  theatres: Map<string, Theatre>
  /** Undefined when booking is unavailable. */
  screenings: Screening[] | undefined
}

/** A movie, where it is on show, and how many seats are free. */
export async function programmeOf(services: Services, id: string): Promise<Programme> {
  const [movie, screenings] = await Promise.all([
    services.movie.call(moviesApi.getMovie, { params: { id } }),
    screeningsOf(services, id),
  ])
  const theatres = await theatresById(services, new Set(movie.listings.map(({ theatre }) => theatre.id)))
  return { movie, theatres, screenings }
}

/** The time zone of a theatre; UTC when the theatre is deleted or its service unavailable. */
export async function timeZoneOf({ theatre }: Services, id: string): Promise<string> {
  try {
    return (await theatre.call(theatresApi.getTheatre, { params: { id } })).timeZone
  } catch (error) {
    if (error instanceof ProblemError || error instanceof UpstreamProblem) return 'UTC'
    throw error
  }
}
