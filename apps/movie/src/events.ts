import type { Movie } from '@matinee/contracts/movie'
import type { Kit } from '@matinee/service-kit/lifecycle/service'

export type Events = ReturnType<typeof createEvents>

/** The business events of this service, one function each: a log line and, where it matters, a counter. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const added = metrics.event('movies_added', 'Movies added')
  const changed = metrics.event('movies_changed', 'Movies changed')
  const deleted = metrics.event('movies_deleted', 'Movies deleted')
  const refreshed = metrics.event(
    'movie_listings_refreshed',
    'Movies whose copy of a theatre was out of date',
  )
  return {
    movieAdded({ id, listings }: Movie) {
      added.inc()
      logger.info('movie added', { movieId: id, listings: listings.length })
    },
    movieChanged({ id, listings }: Movie) {
      changed.inc()
      logger.info('movie changed', { movieId: id, listings: listings.length })
    },
    movieDeleted(id: string) {
      deleted.inc()
      logger.info('movie deleted', { movieId: id })
    },
    listingsRefreshed(movies: number) {
      refreshed.inc(movies)
      logger.info('listings refreshed', { movies })
    },
  }
}
