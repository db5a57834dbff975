import { assertMatch } from '@matinee/service-kit/http/etag'
import type { Context } from './context.ts'
import { noSuchMovie } from './read-movies.ts'

/** @throws ProblemError `not-found`, `precondition-failed` */
export async function deleteMovie(
  { movies, events }: Context,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  const existed = await movies.delete(id, (current) => {
    assertMatch(ifMatch, current)
  })
  if (!existed) throw noSuchMovie(id)
  events.movieDeleted(id)
}
