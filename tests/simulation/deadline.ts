import { requestContext } from '@matinee/service-kit/http/context'
import type { RequestContext } from '@matinee/service-kit/http/context'

/** The context of a request, with its deadline by the simulated time. */
export interface Deadline extends RequestContext {
  leftMs(): number
}

/** How long the request that is being worked on may still take; endless in the background. */
export function leftMs(): number {
  return (requestContext() as Deadline | undefined)?.leftMs() ?? Infinity
}
