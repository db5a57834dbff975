import { createAdminCheck } from '@matinee/service-kit/http/admin'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { connectMongodb } from '@matinee/stores/mongodb/connect'
import { isStoreUnavailable } from '@matinee/stores/mongodb/errors'
import type { Config } from './config.ts'
import { createTheatreStore } from './data/theatre-store.ts'
import type { Context } from './domain/context.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { theatreRouter } from './routes/theatres.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  return buildService('theatre', config, overrides, (kit) => {
    const { database, ...store } = connectMongodb(config.MONGODB_URL, kit)
    const context: Context = { theatres: createTheatreStore(database), events: createEvents(kit) }
    const options = { admissions: kit.admissions, isAdmin: createAdminCheck(config, kit) }
    return {
      routers: [theatreRouter(context, options)],
      openApi,
      isStoreUnavailable,
      parts: [store],
    }
  })
}
