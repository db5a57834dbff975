import { createClient } from '@matinee/service-kit/calls/client'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { createAdminCheck } from '@matinee/service-kit/http/admin'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { connectMongodb } from '@matinee/stores/mongodb/connect'
import { isStoreUnavailable } from '@matinee/stores/mongodb/errors'
import { createTheatreClient } from './clients/theatre.ts'
import type { Config } from './config.ts'
import { createMovieStore } from './data/movie-store.ts'
import type { Context } from './domain/context.ts'
import { movieJobs } from './domain/jobs.ts'
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
    const { database, ...store } = connectMongodb(config.MONGODB_URL, kit)
    const theatre = createClient(kit, {
      name: 'theatre',
      baseUrl: config.THEATRE_URL,
      timeoutMs: config.CALL_TIMEOUT_MS,
    })
    const context: Context = {
      movies: createMovieStore(database),
      theatres: createTheatreClient(theatre),
      events: createEvents(kit),
      now,
      theatreRefreshMs: config.THEATRE_REFRESH_MS,
    }
    const options = { admissions: kit.admissions, isAdmin: createAdminCheck(config, kit) }
    return {
      routers: [movieRouter(context, options)],
      openApi,
      isStoreUnavailable,
      parts: [store, theatre, runJobs(movieJobs(context), kit)],
    }
  })
}
