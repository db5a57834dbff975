import type { Router } from 'express'
import { screeningsApi } from '@matinee/contracts/booking'
import type { Screening } from '@matinee/contracts/booking'
import type { Page } from '@matinee/contracts/common'
import { streamEvents } from '@matinee/service-kit/http/event-stream'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import type { Context } from '../domain/context.ts'
import { listScreenings, screeningOrder, seatMap } from '../domain/screenings.ts'
import { createSeatFeed } from '../domain/seat-feed.ts'

/** A page of screenings that are in the order of `screeningOrder`. */
function pageOf(screenings: Screening[], limit: number, after: string | undefined): Page<Screening> {
  const last = after === undefined ? '' : Buffer.from(after, 'base64url').toString()
  const rest = screenings.filter((screening) => screeningOrder(screening) > last)
  const items = rest.slice(0, limit)
  const end = items.at(-1)
  const hasNext = rest.length > limit && end !== undefined
  return { items, next: hasNext ? Buffer.from(screeningOrder(end)).toString('base64url') : null }
}

export function screeningRouter(
  context: Context,
  { stopping, ...options }: RouterOptions & { stopping: AbortSignal },
): Router {
  const feed = createSeatFeed(context)
  return createRouter(
    screeningsApi,
    {
      async listScreenings({ query: { limit, after, ...filter } }) {
        return pageOf(await listScreenings(context, filter), limit, after)
      },

      getSeatMap: ({ query }) => seatMap(context, query),

      async watchSeatMap({ query, response }) {
        // Once the stream has begun, it is too late to answer with a problem.
        const map = await seatMap(context, query)
        streamEvents(response, stopping, (send) => feed.subscribe(query, send))
        return map
      },
    },
    options,
  )
}
