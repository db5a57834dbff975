import { randomInt, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createClient } from '@matinee/service-kit/calls/client'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { connectPostgres } from '@matinee/stores/postgres/connect'
import { isStoreUnavailable } from '@matinee/stores/postgres/errors'
import { createIdempotencyKeys } from '@matinee/stores/postgres/idempotency-keys'
import { createMovieClient } from './clients/movie.ts'
import { createPaymentClient } from './clients/payment.ts'
import { createTheatreClient } from './clients/theatre.ts'
import type { Config } from './config.ts'
import { createBookingStore } from './data/booking-store.ts'
import { createScreeningStore } from './data/screening-store.ts'
import { createSeatChanges } from './data/seat-changes.ts'
import type { Context } from './domain/context.ts'
import { bookingJobs } from './domain/jobs.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { bookingRouter } from './routes/bookings.ts'
import { screeningRouter } from './routes/screenings.ts'

const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url))

export function createService(config: Config, overrides: Overrides = {}): Service {
  return buildService('booking', config, overrides, (kit) => {
    const { database, ...store } = connectPostgres(config.DATABASE_URL, migrations, kit)
    const client = (name: string, baseUrl: string) =>
      createClient(kit, { name, baseUrl, timeoutMs: config.CALL_TIMEOUT_MS })
    const movie = client('movie', config.MOVIE_URL)
    const theatre = client('theatre', config.THEATRE_URL)
    const payment = client('payment', config.PAYMENT_URL)
    const keys = createIdempotencyKeys(database)
    const seatChanges = createSeatChanges(config.DATABASE_URL, kit)
    const context: Context = {
      bookings: createBookingStore(database, {
        session: config.MAX_SEATS_PER_SESSION,
        address: config.MAX_SEATS_PER_ADDRESS,
      }),
      screenings: createScreeningStore(database),
      seatChanges,
      keys,
      movies: createMovieClient(movie),
      theatres: createTheatreClient(theatre),
      payments: createPaymentClient(payment),
      events: createEvents(kit),
      holdSeconds: config.HOLD_SECONDS,
      newId: randomUUID,
      random: () => randomInt(2 ** 32) / 2 ** 32,
    }
    const options = { admissions: kit.admissions, idempotency: { store: keys } }
    return {
      routers: [
        bookingRouter(context, { ...options, noStore: true }),
        screeningRouter(context, { ...options, stopping: kit.stopping }),
      ],
      openApi,
      isStoreUnavailable,
      parts: [store, movie, theatre, payment, seatChanges, runJobs(bookingJobs(context), kit)],
    }
  })
}
