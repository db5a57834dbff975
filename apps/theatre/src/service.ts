import { theatresApi } from '@matinee/contracts/theatre'
import { connectMongo, isStoreUnavailable } from '@matinee/stores/mongodb'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import type { Config } from './config.ts'
import { createTheatreStore } from './data/theatre-store.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { theatreRouter } from './routes/theatres.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  return buildService('theatre', config, overrides, (kit) => {
    const mongo = connectMongo(config.MONGODB_URL, kit)
    const context = { theatres: createTheatreStore(mongo.connection), events: createEvents(kit) }
    return {
      routers: [theatreRouter(context, { admission: kit.admission, adminToken: config.ADMIN_TOKEN })],
      openApi,
      guarded: [theatresApi],
      isStoreUnavailable: isStoreUnavailable,
      parts: [mongo],
    }
  })
}
