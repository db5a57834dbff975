import type { Movie, MovieInput } from '@matinee/contracts/movie'
import type { Context } from './context.ts'
import { checkListings, listEverywhere } from './listings.ts'

/**
 * Adds a movie with the given listings, or at every available theatre. Asks the theatre service first: without its answer,
 * nothing is stored.
 *
 * @throws ProblemError `movie-exists`, and what `checkListings` throws
 */
export async function addMovie(context: Context, { listings, ...details }: MovieInput): Promise<Movie> {
  const listed = listings ? await checkListings(context, listings) : await listEverywhere(context)
  const movie = await context.movies.create({ ...details, listings: listed })
  context.events.movieAdded(movie)
  return movie
}
