import { Schema } from 'mongoose'
import type { Connection, QueryFilter } from 'mongoose'
import type { Listing, Movie } from '@matinee/contracts/movie'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { afterCursor, createDocuments } from '@matinee/stores/mongodb/documents'
import type { Versioned } from '@matinee/stores/mongodb/documents'
import { isDuplicate } from '@matinee/stores/mongodb/errors'
import type { MovieContent, MovieQuery, MovieStore } from '../domain/context.ts'

interface MovieDocument extends Versioned, Omit<MovieContent, 'listings'> {
  listings: (Omit<Listing, 'showtimes'> & { showtimes: Date[] })[]
}

const movieSchema = new Schema<MovieDocument>(
  {
    title: { type: String, required: true },
    synopsis: String,
    durationMinutes: { type: Number, required: true },
    genres: { type: [String], required: true },
    certificate: String,
    releaseYear: Number,
    posterUrl: String,
    listings: {
      type: [
        {
          _id: false,
          theatre: { id: String, name: String, city: String },
          screen: String,
          showtimes: [Date],
        },
      ],
      required: true,
    },
    version: { type: Number, required: true, default: 0 },
  },
  { timestamps: true, versionKey: false },
)
// The index treats a missing year as null, so a title without a year is unique too.
movieSchema.index({ title: 1, releaseYear: 1 }, { unique: true })
movieSchema.index({ genres: 1, _id: 1 })
movieSchema.index({ 'listings.theatre.id': 1, _id: 1 })
movieSchema.index({ 'listings.theatre.city': 1, _id: 1 })

/** Fixes the order of the fields: the entity tag is a hash of the JSON text. */
function toMovie(document: MovieDocument): Movie {
  const { _id, title, synopsis, durationMinutes, genres, certificate, releaseYear, posterUrl } = document
  return {
    id: _id.toString(),
    title,
    synopsis,
    durationMinutes,
    genres,
    certificate,
    releaseYear,
    posterUrl,
    listings: document.listings.map(({ theatre: { id, name, city }, screen, showtimes }) => ({
      theatre: { id, name, city },
      screen,
      showtimes: showtimes.map((time) => time.toISOString()),
    })),
    createdAt: document.createdAt.toISOString(),
    updatedAt: document.updatedAt.toISOString(),
  }
}

function containing(text: string) {
  // SecantusDB would look up a RegExp value as a literal in the index; it handles the operator correctly.
  return { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), $options: 'i' }
}

function toFilter({ q, genre, theatreId, city, after }: MovieQuery): QueryFilter<MovieDocument> {
  const theatre = {
    ...(theatreId !== undefined && { 'theatre.id': theatreId }),
    ...(city !== undefined && { 'theatre.city': city }),
  }
  return {
    ...afterCursor(after),
    ...(q !== undefined && { title: containing(q) }),
    ...(genre !== undefined && { genres: genre }),
    ...(Object.keys(theatre).length > 0 && { listings: { $elemMatch: theatre } }),
  }
}

function refuseDuplicate(error: unknown): never {
  if (isDuplicate(error)) {
    throw new ProblemError(
      'movie-exists',
      'A movie with this title and year exists already. Change that one, or use another year.',
    )
  }
  throw error
}

export function createMovieStore(database: Connection): MovieStore {
  const Movies = database.model<MovieDocument>('Movie', movieSchema)
  return {
    ...createDocuments(Movies, { toItem: toMovie, toFilter, onError: refuseDuplicate }),

    async refreshTheatres(theatres) {
      if (theatres.length === 0) return 0
      const { modifiedCount } = await Movies.bulkWrite(
        theatres.map(({ id, name, city }) => ({
          updateMany: {
            filter: {
              listings: {
                $elemMatch: {
                  'theatre.id': id,
                  $or: [{ 'theatre.name': { $ne: name } }, { 'theatre.city': { $ne: city } }],
                },
              },
            },
            update: {
              $set: { 'listings.$[listing].theatre.name': name, 'listings.$[listing].theatre.city': city },
              $inc: { version: 1 },
            },
            arrayFilters: [{ 'listing.theatre.id': id }],
            timestamps: false,
          },
        })),
        { ordered: false },
      )
      return modifiedCount
    },
  }
}
