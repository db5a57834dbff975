import { moviesApi } from '@matinee/contracts/movie'
import { createClient } from '@matinee/service-kit/calls/client'
import { connectMongo, isStoreUnavailable } from '@matinee/stores/mongodb'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { createTheatreClient } from './clients/theatre.ts'
import type { Config } from './config.ts'
import { createMovieStore } from './data/movie-store.ts'
import { refreshListings } from './domain/refresh-listings.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { movieRouter } from './routes/movies.ts'

interface MovieOverrides extends Overrides {
  now?: () => Date
}

export function createService(
  config: Config,
  { now = () => new Date(), ...overrides }: MovieOverrides = {},
): Service {
  return buildService('movie', config, overrides, (kit) => {
    const mongo = connectMongo(config.MONGODB_URL, kit)
    const client = createClient(kit, {
      name: 'theatre',
      baseUrl: config.THEATRE_URL,
      timeoutMs: config.CALL_TIMEOUT_MS,
    })
    const context = {
      movies: createMovieStore(mongo.connection),
      theatres: createTheatreClient(client),
      events: createEvents(kit),
      now,
    }
    const jobs = runJobs(
      [
        {
          name: 'refresh listings',
          intervalMs: config.THEATRE_REFRESH_MS,
          run: async () => (await refreshListings(context), false),
        },
      ],
      kit,
    )
    return {
      routers: [movieRouter(context, { admission: kit.admission, adminToken: config.ADMIN_TOKEN })],
      openApi,
      guarded: [moviesApi],
      isStoreUnavailable: isStoreUnavailable,
      parts: [mongo, client, jobs],
    }
  })
}
