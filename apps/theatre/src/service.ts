import { theatresApi } from '@matinee/contracts/theatre'
import { connectMongo, isMongoDown } from '@matinee/service-kit/mongo'
import { buildService } from '@matinee/service-kit/service'
import type { Overrides, Service } from '@matinee/service-kit/service'
import type { Config } from './config.ts'
import { createTheatreRepository } from './data/theatre-repository.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { theatreRouter } from './routes/theatres.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  return buildService('theatre', config, overrides, (kit) => {
    const mongo = connectMongo(config.MONGODB_URL, kit)
    const context = { theatres: createTheatreRepository(mongo.connection), events: createEvents(kit) }
    return {
      routers: [theatreRouter(context, { admission: kit.admission, adminToken: config.ADMIN_TOKEN })],
      openApi,
      guarded: [theatresApi],
      isStoreDown: isMongoDown,
      parts: [mongo],
    }
  })
}
