import { MovieInput } from '@matinee/contracts/movie'
import type { Movie, MoviePatch } from '@matinee/contracts/movie'
import { mergePatch } from '@matinee/service-kit/http/merge-patch'
import type { TheatreClient } from '../clients/theatre.ts'
import type { MovieContent } from '../data/movie-store.ts'
import { listAsAsked } from './list-movie.ts'

const Details = MovieInput.omit({ listings: true })

/**
 * The movie that a merge patch makes of the current one. Theatre is asked only when the patch holds listings, so that a
 * title can be mended while it is away.
 *
 * @throws ProblemError what `listAsAsked` throws
 */
export async function changeMovie(
  theatres: TheatreClient,
  { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, listings: current, ...details }: Movie,
  { listings: wanted, ...patch }: MoviePatch,
): Promise<MovieContent> {
  return {
    ...Details.parse(mergePatch(details, patch)),
    listings: wanted ? await listAsAsked(theatres, wanted) : current,
  }
}
