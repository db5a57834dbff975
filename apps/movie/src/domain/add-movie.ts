import type { Movie, MovieInput } from '@matinee/contracts/movie'
import type { TheatreClient } from '../clients/theatre.ts'
import type { MovieStore } from '../data/movie-store.ts'
import { listAsAsked, listEverywhere } from './list-movie.ts'

export interface AddMovieContext {
  movies: MovieStore
  theatres: TheatreClient
  now: () => Date
}

/**
 * Adds a movie where it is asked for, or at every available theatre. Theatre is asked first: while it does not answer,
 * nothing is stored.
 *
 * @throws ProblemError `movie-exists`, and what `listAsAsked` throws
 */
export async function addMovie(
  { movies, theatres, now }: AddMovieContext,
  { listings, ...details }: MovieInput,
): Promise<Movie> {
  const listed = listings ? await listAsAsked(theatres, listings) : await listEverywhere(theatres, now())
  return await movies.create({ ...details, listings: listed })
}
