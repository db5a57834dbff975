import { randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import { Client } from 'pg'
import type { Movie } from '@matinee/contracts/movie'
import type { Theatre } from '@matinee/contracts/theatre'
import { apiAgent } from '@matinee/test-kit/api-agent'
import type { ApiAgent, Response } from '@matinee/test-kit/api-agent'
import { testDatabase } from '@matinee/test-kit/database'
import { problemAnswer, startFakeService } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { eventually } from '@matinee/test-kit/eventually'
import { createLogs } from '@matinee/test-kit/logs'
import { loadConfig } from '../src/config.ts'
import { openApi } from '../src/openapi.ts'
import { createService } from '../src/service.ts'
import { startFakePayment } from './fake-payment.ts'

const dates = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' }
const hourMs = 3_600_000

const startMs = Math.round(Date.now() / 1_000) * 1_000

/** A showtime this many hours after the start of the tests. */
export function inHours(hours: number): string {
  return new Date(startMs + hours * hourMs).toISOString()
}

/** A unique id of 24 hexadecimal digits. */
export function newObjectId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 24)
}

/** A fake service that serves its items by id and as a list. */
async function startCatalogue(path: string) {
  const items: { id: string }[] = []
  const state: { broken: FakeAnswer | undefined } = { broken: undefined }
  const fake = await startFakeService((call) => {
    if (state.broken) return state.broken
    if (call.path === path) return { status: 200, body: { items, next: null } }
    const body = items.find(({ id }) => call.path === `${path}/${id}`)
    return body ? { status: 200, body } : problemAnswer(404, 'not-found')
  })
  return Object.assign(fake, { items, state })
}

/** The whole service on free ports, with an empty database and fakes of the services that it calls. */
export async function startService(name: string, env: Record<string, string> = {}) {
  const logs = createLogs()
  const databaseUrl = await testDatabase(name)
  const [movies, theatres, payment] = await Promise.all([
    startCatalogue('/movies'),
    startCatalogue('/theatres'),
    startFakePayment(),
  ])

  /** Starts another replica on the same database. */
  async function startReplica() {
    const config = loadConfig({
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      DATABASE_URL: databaseUrl,
      MOVIE_URL: movies.url,
      THEATRE_URL: theatres.url,
      PAYMENT_URL: payment.url,
      ...env,
    })
    const service = createService(config, { logDestination: logs.destination })
    const { port, metricsPort } = await service.start()
    const url = `http://127.0.0.1:${port}`
    return {
      url,
      api: apiAgent(url, openApi),
      metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
      stop: () => service.stop(),
    }
  }

  const replica = await startReplica()
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  return {
    ...replica,
    startReplica,
    movies,
    theatres,
    payment,
    logs,
    database,
    /** Moves the times of holds into the past, so that no test has to wait. */
    async passTime(ids: string[], seconds: number) {
      await database.query(
        `UPDATE bookings SET expires_at = expires_at - $2 * interval '1 second',
           check_after = check_after - $2 * interval '1 second' WHERE id = ANY ($1)`,
        [ids, seconds],
      )
    },
    async stop() {
      await replica.stop()
      await database.end()
      await Promise.all([movies.stop(), theatres.stop(), payment.stop()])
    },
  }
}

export type TestService = Awaited<ReturnType<typeof startService>>

/** Adds a movie that is on show at a theatre of its own. */
export function aScreening(
  { movies, theatres }: Pick<TestService, 'movies' | 'theatres'>,
  {
    theatre: theatreFields = {},
    showtimes = [inHours(24)],
  }: { theatre?: Partial<Theatre>; showtimes?: string[] } = {},
) {
  const theatre: Theatre = {
    id: newObjectId(),
    name: 'Roxy',
    city: 'Berlin',
    timeZone: 'UTC',
    available: true,
    price: { amount: 1200, currency: 'EUR' },
    screens: [{ name: 'Main', rows: 5, seatsPerRow: 8 }],
    ...dates,
    ...theatreFields,
  }
  const movie: Movie = {
    id: newObjectId(),
    title: 'Metropolis',
    durationMinutes: 153,
    genres: [],
    listings: [
      {
        theatre: { id: theatre.id, name: theatre.name, city: theatre.city },
        screen: theatre.screens[0]?.name ?? '',
        showtimes,
      },
    ],
    ...dates,
  }
  theatres.items.push(theatre)
  movies.items.push(movie)
  const [showtime = ''] = showtimes
  return {
    movie,
    theatre,
    showtime,
    query: `?movieId=${movie.id}&theatreId=${theatre.id}&showtime=${showtime}`,
    /** The input of a booking, with a unique customer. */
    input: (fields: object = {}) => ({
      movieId: movie.id,
      theatreId: theatre.id,
      showtime,
      customer: { name: 'Ada', email: `ada-${randomUUID()}@example.org` },
      ...fields,
    }),
  }
}

/**
 * Sends holds of these seats of a screening, each of which waits until all have begun.
 *
 * @param bookingId any booking of the screening
 */
export async function holdAtOnce(
  { database }: TestService,
  bookingId: string,
  seats: string[],
  hold: (seat: string, index: number) => Promise<Response>,
): Promise<Response[]> {
  await database.query('BEGIN')
  await database.query(
    `INSERT INTO taken_seats (screening_id, seat, booking_id)
     SELECT screening_id, seat, id FROM bookings, unnest($2::text[]) seat WHERE id = $1`,
    [bookingId, seats],
  )
  const holding = seats.map(hold)
  await eventually(async () => {
    await database.query('SELECT pg_stat_clear_snapshot()')
    const { rowCount } = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(rowCount).toBe(seats.length)
  })
  await database.query('ROLLBACK')
  return await Promise.all(holding)
}

export function withKey(key: string = randomUUID()) {
  return { 'Idempotency-Key': key }
}

export async function post(api: ApiAgent, path: string, body?: object, key?: string): Promise<Response> {
  return await api.post(path).set(withKey(key)).send(body)
}

/** The problem of an answer: its status and the last part of its type. */
export function problem({ status, body }: Response): string {
  return `${status} ${String((body as { type?: unknown }).type)
    .split('/')
    .at(-1)}`
}
