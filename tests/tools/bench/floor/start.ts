/**
 * The floor under a booking: what the same work costs with nothing around it. Five processes on Node's default flags, with
 * bare `node:http`, `pg`, `mariadb`, `mongodb` and `undici`; the same database servers, the same tables (the services'
 * migrations, applied to separate databases), the catalogue that the services read; the same calls between services.
 *
 * It writes before it answers, as durably as the services:
 * - hold: one transaction of one row in `bookings` and one in `taken_seats` for each seat (and one in `screenings`, once);
 * - pay: one row in `payments`, then the processor's own in `processor_requests`, then the outcome in `payments`;
 * - confirm: the status and payment of the booking, then, without waiting for it, as ours, `settled_at` of the payment.
 *
 * It leaves out validation, idempotency keys with their answers, deadlines, admission control, retries, logs, metrics,
 * traces, security headers, and every background job.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@matinee/local-stack/databases/databases'
import type { Stack } from '@matinee/local-stack/stack'
import { migrateMysql } from '@matinee/stores/mysql/migrate'
import { migratePostgres } from '@matinee/stores/postgres/migrate'

export interface Running {
  url: string
  pid: number
}

type Floor = Record<'movie' | 'theatre' | 'payment' | 'booking' | 'dashboard', Running> & {
  stop: () => void
}

export async function startFloor({ databases, databaseUrls }: Stack): Promise<Floor> {
  const POSTGRES_URL = await openDatabase(databases.postgres, 'floor')
  const MYSQL_URL = await openDatabase(databases.mysql, 'floor')
  const logger = { info: () => undefined, warn: () => undefined }
  const signal = AbortSignal.timeout(30_000)
  const migrations = (app: string) =>
    fileURLToPath(new URL(`../../../../apps/${app}/prisma/migrations`, import.meta.url))
  await migratePostgres({ url: POSTGRES_URL, folder: migrations('booking'), logger, signal })
  await migrateMysql({ url: MYSQL_URL, folder: migrations('payment'), logger, signal })

  const children: ReturnType<typeof fork>[] = []
  async function start(name: string, env: NodeJS.ProcessEnv): Promise<Running> {
    const child = fork(new URL(`./${name}.ts`, import.meta.url), {
      execArgv: [],
      env: { PATH: process.env['PATH'], ...env },
    })
    children.push(child)
    const [port] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error(`The floor's ${name} did not start`))),
    ])) as [number]
    return { url: `http://127.0.0.1:${port}`, pid: Number(child.pid) }
  }

  const movie = await start('movie', { MOVIE_MONGODB_URL: databaseUrls.movie })
  const theatre = await start('theatre', { THEATRE_MONGODB_URL: databaseUrls.theatre })
  const payment = await start('payment', { MYSQL_URL })
  const called = { MOVIE_URL: movie.url, THEATRE_URL: theatre.url, PAYMENT_URL: payment.url }
  return {
    ...{ movie, theatre, payment },
    booking: await start('booking', { POSTGRES_URL, ...called }),
    dashboard: await start('dashboard', called),
    stop() {
      for (const child of children) child.disconnect()
    },
  }
}
