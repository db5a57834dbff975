import { assertMatch } from '@matinee/service-kit/http/etag'
import type { Context } from './context.ts'
import { noSuchTheatre } from './read-theatres.ts'

/** @throws ProblemError `not-found`, `precondition-failed` */
export async function deleteTheatre(
  { theatres, events }: Context,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  const existed = await theatres.delete(id, (current) => {
    assertMatch(ifMatch, current)
  })
  if (!existed) throw noSuchTheatre(id)
  events.theatreDeleted(id)
}
