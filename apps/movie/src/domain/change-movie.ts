import { MovieInput } from '@matinee/contracts/movie'
import type { Movie, MoviePatch } from '@matinee/contracts/movie'
import { assertMatch } from '@matinee/service-kit/http/etag'
import { mergePatch } from '@matinee/service-kit/http/merge-patch'
import type { Context, MovieContent } from './context.ts'
import { checkListings } from './listings.ts'
import { noSuchMovie } from './read-movies.ts'

const Details = MovieInput.omit({ listings: true })

/**
 * Applies a merge patch. Asks the theatre service only when the patch has listings, so that a title can be corrected during
 * its outage.
 *
 * @throws ProblemError `not-found`, `precondition-failed`, `movie-exists`, and what `checkListings` throws
 */
export async function changeMovie(
  context: Context,
  id: string,
  patch: MoviePatch,
  ifMatch: string | undefined,
): Promise<Movie> {
  const movie = await context.movies.update(id, (current) => {
    assertMatch(ifMatch, current)
    return merge(context, current, patch)
  })
  if (!movie) throw noSuchMovie(id)
  context.events.movieChanged(movie)
  return movie
}

async function merge(
  context: Context,
  { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, listings: current, ...details }: Movie,
  { listings: wanted, ...patch }: MoviePatch,
): Promise<MovieContent> {
  return {
    ...Details.parse(mergePatch(details, patch)),
    listings: wanted ? await checkListings(context, wanted) : current,
  }
}
