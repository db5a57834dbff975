import { moviesApi } from '@matinee/contracts/movie'
import { allPages } from '@matinee/service-kit/calls/all-pages'
import { orNull, unexpected } from '@matinee/service-kit/calls/answers'
import type { ServiceClient } from '@matinee/service-kit/calls/client'
import type { MovieClient } from '../domain/context.ts'

export function createMovieClient(service: ServiceClient): MovieClient {
  return {
    find: (id) => service.call(moviesApi.getMovie, { params: { id } }).catch(orNull),
    all: () =>
      allPages((after) => service.call(moviesApi.listMovies, { query: { limit: '100', after } })).catch(
        unexpected,
      ),
  }
}
