import type { Page } from '@matinee/contracts/common'
import { UpstreamProblem } from '@matinee/service-kit/client'
import { ProblemError } from '@matinee/service-kit/problem'

/** For a refusal that the other service has no reason for: to our caller it is out of order. */
export function unexpected(error: unknown): never {
  if (!(error instanceof UpstreamProblem)) throw error
  throw new ProblemError('dependency-unavailable', 'A service needed for this refused to work.', {
    cause: error,
  })
}

/** Null for "not found". */
export function orNull(error: unknown): null {
  if (error instanceof UpstreamProblem && error.status === 404) return null
  return unexpected(error)
}

/** The items of a list, page after page. */
export async function allPages<T>(read: (after: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let after: string | undefined
  do {
    const page = await read(after)
    items.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined)
  return items
}
