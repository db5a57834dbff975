import type { Router } from 'express'
import { screeningsApi } from '@matinee/contracts/booking'
import type { Screening } from '@matinee/contracts/booking'
import type { Page } from '@matinee/contracts/common'
import { ProblemError } from '@matinee/service-kit/problem'
import { createRouter } from '@matinee/service-kit/router'
import type { RouterOptions } from '@matinee/service-kit/router'
import type { Context } from '../domain/context.ts'
import { listScreenings, screeningOrder, seatMap } from '../domain/screenings.ts'
import type { SeatFeed } from '../seat-feed.ts'
import { streamEvents } from './event-stream.ts'

/** A page of what is all there, in the order of `screeningOrder`. */
function pageOf(screenings: Screening[], limit: number, after: string | undefined): Page<Screening> {
  const last = after === undefined ? '' : readCursor(after)
  const rest = screenings.filter((screening) => screeningOrder(screening) > last)
  const items = rest.slice(0, limit)
  const end = items.at(-1)
  const hasNext = rest.length > limit && end !== undefined
  return { items, next: hasNext ? Buffer.from(screeningOrder(end)).toString('base64url') : null }
}

function readCursor(after: string): string {
  const cursor = Buffer.from(after, 'base64url').toString()
  if (/^\S{24} [0-9a-f]{24} [0-9a-f]{24}$/.test(cursor)) return cursor
  throw new ProblemError('invalid-parameter', 'Send as `after` the `next` of the page before.', {
    members: { errors: [{ pointer: '/after', detail: 'Is not a cursor' }] },
  })
}

export function screeningRouter(
  context: Context,
  feed: SeatFeed,
  stopping: AbortSignal,
  options: RouterOptions,
): Router {
  return createRouter(
    screeningsApi,
    {
      async listScreenings({ query: { limit, after, ...filter } }) {
        return pageOf(await listScreenings(context, filter), limit, after)
      },

      getSeatMap: ({ query }) => seatMap(context, query),

      async watchSeatMap({ query, response }) {
        // A problem can only be answered before the stream begins.
        const map = await seatMap(context, query)
        streamEvents(response, stopping, (send) => feed.subscribe(query, send))
        return map
      },
    },
    options,
  )
}
