import { TheatreInput } from '@matinee/contracts/theatre'
import type { Theatre, TheatrePatch } from '@matinee/contracts/theatre'
import { mergePatch } from '@matinee/service-kit/http/merge-patch'

/** The theatre that a merge patch makes of the current one. What is sold keeps its own snapshot, so anything may change. */
export function changeTheatre(
  { id: _id, createdAt: _createdAt, updatedAt: _updatedAt, ...current }: Theatre,
  patch: TheatrePatch,
): TheatreInput {
  return TheatreInput.parse(mergePatch(current, patch))
}
