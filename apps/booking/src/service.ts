import { randomInt, randomUUID } from 'node:crypto'
import { bookingsApi, screeningsApi } from '@matinee/contracts/booking'
import { createClient } from '@matinee/service-kit/calls/client'
import { runJobs } from '@matinee/service-kit/lifecycle/jobs'
import { buildService } from '@matinee/service-kit/lifecycle/service'
import type { Overrides, Service } from '@matinee/service-kit/lifecycle/service'
import { createMovieClient } from './clients/movie.ts'
import { createPaymentClient } from './clients/payment.ts'
import { createTheatreClient } from './clients/theatre.ts'
import type { Config } from './config.ts'
import { createBookingStore } from './data/booking-store.ts'
import { connectDatabase, isStoreUnavailable } from './data/database.ts'
import { createIdempotencyStore } from './data/idempotency-store.ts'
import { createScreeningStore } from './data/screening-store.ts'
import { createSeatChanges } from './data/seat-changes.ts'
import type { Context } from './domain/context.ts'
import { expireHolds } from './domain/expire-holds.ts'
import { confirmBeforeExpiry, finishRefunds, settlePayments } from './domain/reconcile.ts'
import { seatMap } from './domain/screenings.ts'
import { createEvents } from './events.ts'
import { openApi } from './openapi.ts'
import { bookingRouter } from './routes/bookings.ts'
import { screeningRouter } from './routes/screenings.ts'
import { createSeatFeed } from './domain/seat-feed.ts'

export function createService(config: Config, overrides: Overrides = {}): Service {
  return buildService('booking', config, overrides, (kit) => {
    const { database, ...store } = connectDatabase(config.DATABASE_URL, kit)
    const client = (name: string, baseUrl: string) =>
      createClient(kit, { name, baseUrl, timeoutMs: config.CALL_TIMEOUT_MS })
    const movie = client('movie', config.MOVIE_URL)
    const theatre = client('theatre', config.THEATRE_URL)
    const payment = client('payment', config.PAYMENT_URL)
    const keys = createIdempotencyStore(database)
    const changes = createSeatChanges(config.DATABASE_URL, kit)
    const context: Context = {
      bookings: createBookingStore(database),
      screenings: createScreeningStore(database),
      movies: createMovieClient(movie),
      theatres: createTheatreClient(theatre),
      payments: createPaymentClient(payment),
      events: createEvents(kit),
      holdSeconds: config.HOLD_SECONDS,
      newId: randomUUID,
      random: () => randomInt(2 ** 32) / 2 ** 32,
    }
    const jobs = runJobs(
      [
        { name: 'expire holds', intervalMs: 500, run: async () => (await expireHolds(context)).length > 0 },
        { name: 'confirm before expiry', intervalMs: 500, run: () => confirmBeforeExpiry(context) },
        { name: 'settle payments', intervalMs: 1_000, run: () => settlePayments(context) },
        { name: 'finish refunds', intervalMs: 1_000, run: () => finishRefunds(context) },
        { name: 'delete expired idempotency keys', intervalMs: 60_000, run: () => keys.forget() },
      ],
      kit,
    )
    const feed = createSeatFeed((key) => seatMap(context, key), changes, kit.logger)
    const options = { admission: kit.admission, idempotency: { store: keys } }
    return {
      routers: [bookingRouter(context, options), screeningRouter(context, feed, kit.stopping, options)],
      openApi,
      guarded: [bookingsApi, screeningsApi],
      isStoreUnavailable: isStoreUnavailable,
      parts: [store, movie, theatre, payment, changes, jobs],
    }
  })
}
