import type { Router } from 'express'
import { moviesApi } from '@matinee/contracts/movie'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { addMovie } from '../domain/add-movie.ts'
import { changeMovie } from '../domain/change-movie.ts'
import type { Context } from '../domain/context.ts'
import { deleteMovie } from '../domain/delete-movie.ts'
import { listMovies, readMovie } from '../domain/read-movies.ts'

export function movieRouter(context: Context, options: RouterOptions): Router {
  return createRouter(
    moviesApi,
    {
      createMovie: ({ body }) => addMovie(context, body),
      listMovies: ({ query }) => listMovies(context, query),
      getMovie: ({ params: { id } }) => readMovie(context, id),
      patchMovie: ({ params: { id }, body, ifMatch }) => changeMovie(context, id, body, ifMatch),
      deleteMovie: ({ params: { id }, ifMatch }) => deleteMovie(context, id, ifMatch),
    },
    options,
  )
}
