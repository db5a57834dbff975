import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { migratePostgres } from '@matinee/stores/postgres/migrate'
import { Prisma, PrismaClient } from '../generated/prisma/client.ts'

export type Database = PrismaClient

const folder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

/** A pool that is there from the beginning; its start brings the tables up to date, however long the server is away. */
export function connectDatabase(url: string, { logger, stopping }: Kit): Part & { database: Database } {
  const database = new PrismaClient({
    adapter: new PrismaPg({
      connectionString: url,
      max: 20,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 5_000,
      query_timeout: 6_000,
      keepAlive: true,
    }),
  })
  return {
    database,
    async start() {
      await migratePostgres({ url, folder, logger, signal: stopping })
    },
    async stop() {
      await database.$disconnect()
    },
  }
}

interface Cause {
  kind?: string
  /** SQLSTATE. */
  originalCode?: string
  constraint?: { index?: string }
}

/** What the driver says about a statement that failed. */
function causeOf(error: unknown): Cause {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return {}
  const { cause } = Object(error.meta?.['driverAdapterError']) as { cause?: Cause }
  return cause ?? {}
}

/** The unique index or key that refused a row; undefined for any other error. */
export function violatedKey(error: unknown): string | undefined {
  const { originalCode, constraint } = causeOf(error)
  return originalCode === '23505' ? constraint?.index : undefined
}

/** Whether a statement lost against another one and may be tried again: a deadlock, or a serialization failure. */
export function isConflict(error: unknown): boolean {
  return ['40P01', '40001'].includes(causeOf(error).originalCode ?? '')
}

const connectionFailures = [
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TlsConnectionError',
]

/** Whether an error means that the database does not answer: it cannot be reached, is ending or starting, or is too slow. */
export function isStoreUnavailable(error: unknown): boolean {
  const { kind = '', originalCode = '' } = causeOf(error)
  if (connectionFailures.includes(kind)) return true
  if (/^(08|53|57)/.test(originalCode)) return true
  if (!(error instanceof Error)) return false
  // Its "no transaction in time".
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.code === 'P2028'
  // What pg's pool throws by itself has no code.
  return (
    ('code' in error && /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(String(error.code))) ||
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(error.message)
  )
}
