import { Schema } from 'mongoose'
import type { Connection, QueryFilter } from 'mongoose'
import type { Page } from '@matinee/contracts/common'
import type { Listing, Movie, MovieInput } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import { afterCursor, deleteVersion, isDuplicate, replaceVersion, toPage } from '@matinee/stores/mongodb'
import type { Versioned } from '@matinee/stores/mongodb'
import { ProblemError } from '@matinee/service-kit/http/problem'

/** A movie but for what the repository itself sets. */
export interface MovieContent extends Omit<MovieInput, 'listings'> {
  listings: Listing[]
}

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
// A missing year counts as a value: to an index it is null.
movieSchema.index({ title: 1, releaseYear: 1 }, { unique: true })
movieSchema.index({ genres: 1, _id: 1 })
movieSchema.index({ 'listings.theatre.id': 1, _id: 1 })
movieSchema.index({ 'listings.theatre.city': 1, _id: 1 })

export interface MovieFilter {
  /** Part of the title, letter case aside. */
  q?: string | undefined
  genre?: string | undefined
  theatreId?: string | undefined
  city?: string | undefined
}

export interface MovieStore {
  /** @throws ProblemError `movie-exists` */
  create(movie: MovieContent): Promise<Movie>
  list(filter: MovieFilter, limit: number, after?: string): Promise<Page<Movie>>
  find(id: string): Promise<Movie | null>
  /**
   * Replaces what `change` makes of the current movie, again when another change came between.
   *
   * @returns null when there is no such movie
   * @throws ProblemError `movie-exists`, and what `change` throws
   */
  update(id: string, change: (current: Movie) => Promise<MovieContent>): Promise<Movie | null>
  /** @returns whether it was there */
  delete(id: string, check: (current: Movie) => void): Promise<boolean>
  /** Writes the theatres' names and cities over copies that differ. @returns how many movies had such */
  refreshTheatres(theatres: Pick<Theatre, 'id' | 'name' | 'city'>[]): Promise<number>
}

/** Fields in one order, so that a movie has one text and one entity tag, however it was written. */
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
  // The operator rather than a regular expression as the value: SecantusDB looks that up in an index as it is.
  return { $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), $options: 'i' }
}

function toFilter({ q, genre, theatreId, city }: MovieFilter): QueryFilter<MovieDocument> {
  const theatre = {
    ...(theatreId !== undefined && { 'theatre.id': theatreId }),
    ...(city !== undefined && { 'theatre.city': city }),
  }
  return {
    ...(q !== undefined && { title: containing(q) }),
    ...(genre !== undefined && { genres: genre }),
    ...(Object.keys(theatre).length > 0 && { listings: { $elemMatch: theatre } }),
  }
}

function refuseDuplicate(error: unknown): never {
  if (isDuplicate(error)) {
    throw new ProblemError(
      'movie-exists',
      'There is a movie of this title and year. Change that one, or tell them apart by the year.',
    )
  }
  throw error
}

export function createMovieStore(connection: Connection): MovieStore {
  const Movies = connection.model<MovieDocument>('Movie', movieSchema)

  return {
    async create(movie) {
      assertTimeLeft()
      const document = await Movies.create(movie).catch(refuseDuplicate)
      return toMovie(document.toObject())
    },

    async list(filter, limit, after) {
      const documents = await Movies.find({ ...afterCursor(after), ...toFilter(filter) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean()
      return toPage(documents, limit, toMovie)
    },

    async find(id) {
      const document = await Movies.findById(id).lean()
      return document && toMovie(document)
    },

    async update(id, change) {
      const replaced = await replaceVersion(Movies, id, (current) => change(toMovie(current))).catch(
        refuseDuplicate,
      )
      return replaced && toMovie(replaced)
    },

    delete: (id, check) =>
      deleteVersion(Movies, id, (current) => {
        check(toMovie(current))
      }),

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
