import { TheatreInput } from '@matinee/contracts/theatre'
import type { Theatre, TheatrePatch } from '@matinee/contracts/theatre'
import { assertMatch } from '@matinee/service-kit/http/etag'
import { mergePatch } from '@matinee/service-kit/http/merge-patch'
import type { Context } from './context.ts'
import { noSuchTheatre } from './read-theatres.ts'

/**
 * Applies a merge patch. Any field may change: bookings keep their own copy of what they need.
 *
 * @throws ProblemError `not-found`, `precondition-failed`, `theatre-exists`
 */
export async function changeTheatre(
  { theatres, events }: Context,
  id: string,
  patch: TheatrePatch,
  ifMatch: string | undefined,
): Promise<Theatre> {
  const theatre = await theatres.update(id, (current) => {
    assertMatch(ifMatch, current)
    return merge(current, patch)
  })
  if (!theatre) throw noSuchTheatre(id)
  events.theatreChanged(theatre)
  return theatre
}

function merge(
  { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...current }: Theatre,
  patch: TheatrePatch,
): TheatreInput {
  return TheatreInput.parse(mergePatch(current, patch))
}
