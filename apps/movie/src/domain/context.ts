import type { Page } from '@matinee/contracts/common'
import type { Listing, Movie, MovieInput } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Events } from '../events.ts'

/** Everything the use cases need. */
export interface Context {
  movies: MovieStore
  theatres: TheatreClient
  events: Events
  now: () => Date
  /** Between two refreshes of the theatres' names and cities. */
  theatreRefreshMs: number
}

/** A movie without the fields that the store sets. */
export interface MovieContent extends Omit<MovieInput, 'listings'> {
  listings: Listing[]
}

export interface MovieQuery {
  /** Part of the title, case-insensitive. */
  q?: string | undefined
  genre?: string | undefined
  theatreId?: string | undefined
  city?: string | undefined
  limit: number
  after?: string | undefined
}

export interface MovieStore {
  /** @throws ProblemError `movie-exists` */
  create(movie: MovieContent): Promise<Movie>
  list(query: MovieQuery): Promise<Page<Movie>>
  find(id: string): Promise<Movie | null>
  /**
   * Replaces a movie with what `change` makes of it; calls `change` again after a concurrent change.
   *
   * @returns null when there is no such movie
   * @throws ProblemError `movie-exists`, and what `change` throws
   */
  update(id: string, change: (current: Movie) => Promise<MovieContent>): Promise<Movie | null>
  /**
   * Deletes a movie unless `check` throws.
   *
   * @returns whether it existed
   */
  delete(id: string, check: (current: Movie) => void): Promise<boolean>
  /**
   * Updates the copies of the theatres' names and cities that differ.
   *
   * @returns the number of movies changed
   */
  refreshTheatres(theatres: Pick<Theatre, 'id' | 'name' | 'city'>[]): Promise<number>
}

export interface TheatreClient {
  find(id: string): Promise<Theatre | null>
  all(): Promise<Theatre[]>
  allOpen(): Promise<Theatre[]>
}
