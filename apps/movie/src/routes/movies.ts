import type { Router } from 'express'
import { moviesApi } from '@matinee/contracts/movie'
import { assertMatch } from '@matinee/service-kit/http/etag'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { addMovie } from '../domain/add-movie.ts'
import type { AddMovieContext } from '../domain/add-movie.ts'
import { changeMovie } from '../domain/change-movie.ts'
import type { Events } from '../events.ts'

function notFound(id: string): never {
  throw new ProblemError('not-found', `There is no movie ${id}.`)
}

export function movieRouter(context: AddMovieContext & { events: Events }, options: RouterOptions): Router {
  const { movies, theatres, events } = context
  return createRouter(
    moviesApi,
    {
      async createMovie({ body }) {
        const movie = await addMovie(context, body)
        events.movieAdded(movie)
        return movie
      },

      listMovies: ({ query: { limit, after, ...filter } }) => movies.list(filter, limit, after),

      getMovie: async ({ params: { id } }) => (await movies.find(id)) ?? notFound(id),

      async patchMovie({ params: { id }, body, ifMatch }) {
        const movie = await movies.update(id, (current) => {
          assertMatch(ifMatch, current)
          return changeMovie(theatres, current, body)
        })
        if (!movie) notFound(id)
        events.movieChanged(movie)
        return movie
      },

      async deleteMovie({ params: { id }, ifMatch }) {
        const wasThere = await movies.delete(id, (current) => {
          assertMatch(ifMatch, current)
        })
        if (!wasThere) notFound(id)
        events.movieDeleted(id)
      },
    },
    options,
  )
}
