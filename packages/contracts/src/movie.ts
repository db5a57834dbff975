import { z } from 'zod'
import { ObjectId, Time, objectIdCursor, page, pageQuery, paragraphs, text } from './common.ts'
import type { Api } from './endpoint.ts'

const Showtimes = z
  .array(Time)
  .min(1)
  .refine((times) => times.length <= 200, 'At most 200 showtimes')
  .refine((times) => new Set(times).size === times.length, 'Showtimes must differ')

export const ListingInput = z.strictObject({
  theatreId: ObjectId,
  screen: text(50).optional().meta({ description: "The theatre's first screen when left out" }),
  showtimes: Showtimes,
})
export type ListingInput = z.output<typeof ListingInput>

const Listings = z
  .array(ListingInput)
  .refine((listings) => listings.length <= 200, 'At most 200 listings')
  .refine(
    (listings) => new Set(listings.map(({ theatreId }) => theatreId)).size === listings.length,
    'A movie has one listing a theatre',
  )
  .meta({
    description:
      'Left out: at every available theatre, at 18:00 and 21:00 of its time zone, on seven days from tomorrow',
  })

const Genres = z
  .array(text(40))
  .max(10)
  .refine((genres) => new Set(genres).size === genres.length, 'Genres must differ')

const details = {
  title: text(200),
  synopsis: paragraphs(2000).optional(),
  durationMinutes: z.int().min(1).max(1000),
  genres: Genres,
  certificate: text(20).optional(),
  releaseYear: z.int().min(1880).max(2200).optional(),
  posterUrl: z
    .string()
    .max(200)
    .regex(/^\/([A-Za-z0-9._~-]+\/)*[A-Za-z0-9._~-]+$/, 'Must be a path of our own, such as /posters/a.svg')
    .optional(),
}

export const MovieInput = z
  .strictObject({ ...details, genres: Genres.default([]), listings: Listings.optional() })
  .meta({ id: 'MovieInput' })
export type MovieInput = z.output<typeof MovieInput>

export const MoviePatch = z
  .strictObject({
    ...details,
    synopsis: details.synopsis.nullable(),
    certificate: details.certificate.nullable(),
    releaseYear: details.releaseYear.nullable(),
    posterUrl: details.posterUrl.nullable(),
    listings: Listings,
  })
  .partial()
  .meta({ id: 'MoviePatch', description: 'A JSON merge patch (RFC 7396)' })
export type MoviePatch = z.output<typeof MoviePatch>

export const Listing = z.object({
  theatre: z.object({ id: ObjectId, name: z.string(), city: z.string() }),
  screen: text(50),
  showtimes: z.array(Time),
})
export type Listing = z.output<typeof Listing>

export const Movie = z
  .object({ id: ObjectId, ...details, listings: z.array(Listing), createdAt: Time, updatedAt: Time })
  .meta({ id: 'Movie' })
export type Movie = z.output<typeof Movie>

const params = z.object({ id: ObjectId })
const theatreProblems = [
  'theatre-not-found',
  'theatre-not-available',
  'dependency-unavailable',
  'dependency-timeout',
] as const

export const moviesApi = {
  createMovie: {
    method: 'post',
    path: '/movies',
    summary: 'Add a movie',
    admin: true,
    body: MovieInput,
    answer: { status: 201, body: Movie, location: '/movies/{id}' },
    problems: ['movie-exists', ...theatreProblems],
  },
  listMovies: {
    method: 'get',
    path: '/movies',
    summary: 'List movies with where they are listed',
    query: z.object({
      q: text(100).optional().meta({ description: 'Part of the title, letter case aside' }),
      genre: text(40).optional(),
      theatreId: ObjectId.optional(),
      city: text(100).optional(),
      ...pageQuery(objectIdCursor),
    }),
    answer: { status: 200, body: page(Movie) },
    problems: [],
  },
  getMovie: {
    method: 'get',
    path: '/movies/{id}',
    summary: 'Read a movie',
    params,
    answer: { status: 200, body: Movie },
    problems: ['not-found'],
  },
  patchMovie: {
    method: 'patch',
    path: '/movies/{id}',
    summary: 'Change a movie; `listings` replaces them all',
    admin: true,
    params,
    body: MoviePatch,
    answer: { status: 200, body: Movie },
    problems: ['not-found', 'movie-exists', 'precondition-failed', ...theatreProblems],
  },
  deleteMovie: {
    method: 'delete',
    path: '/movies/{id}',
    summary: 'Remove a movie',
    admin: true,
    params,
    answer: { status: 204 },
    problems: ['not-found', 'precondition-failed'],
  },
} as const satisfies Api
