import type { Router } from 'express'
import { theatresApi } from '@matinee/contracts/theatre'
import { assertMatch } from '@matinee/service-kit/http/etag'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import type { TheatreStore } from '../data/theatre-store.ts'
import { changeTheatre } from '../domain/change-theatre.ts'
import type { Events } from '../events.ts'

function notFound(id: string): never {
  throw new ProblemError('not-found', `There is no theatre ${id}.`)
}

export function theatreRouter(
  { theatres, events }: { theatres: TheatreStore; events: Events },
  options: RouterOptions,
): Router {
  return createRouter(
    theatresApi,
    {
      async createTheatre({ body }) {
        const theatre = await theatres.create(body)
        events.theatreCreated(theatre)
        return theatre
      },

      listTheatres: ({ query: { limit, after, ...filter } }) => theatres.list(filter, limit, after),

      getTheatre: async ({ params: { id } }) => (await theatres.find(id)) ?? notFound(id),

      async patchTheatre({ params: { id }, body, ifMatch }) {
        const theatre = await theatres.update(id, (current) => {
          assertMatch(ifMatch, current)
          return changeTheatre(current, body)
        })
        if (!theatre) notFound(id)
        events.theatreChanged(theatre)
        return theatre
      },

      async deleteTheatre({ params: { id }, ifMatch }) {
        const wasThere = await theatres.delete(id, (current) => {
          assertMatch(ifMatch, current)
        })
        if (!wasThere) notFound(id)
        events.theatreDeleted(id)
      },
    },
    options,
  )
}
