import type { Page } from '@matinee/contracts/common'
import type { Movie } from '@matinee/contracts/movie'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, MovieQuery } from './context.ts'

export function noSuchMovie(id: string): ProblemError {
  return new ProblemError('not-found', `There is no movie ${id}.`)
}

/** @throws ProblemError `not-found` */
export async function readMovie({ movies }: Context, id: string): Promise<Movie> {
  const movie = await movies.find(id)
  if (!movie) throw noSuchMovie(id)
  return movie
}

export async function listMovies({ movies }: Context, query: MovieQuery): Promise<Page<Movie>> {
  return await movies.list(query)
}
