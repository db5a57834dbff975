import { DatabaseError, Pool } from 'pg'
import type { QueryResult, QueryResultRow } from 'pg'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { migratePostgres } from './migrate.ts'

export interface Database {
  /**
   * Runs a prepared statement in its own transaction. A connection prepares each text once, so keep the number of different
   * texts small.
   */
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<Row>>
  /** For Prisma's adapter, which can share it. */
  pool: Pool
}

/** A pool of connections to PostgreSQL. Its start waits for the server and applies the migrations of the folder. */
export function connectPostgres(
  url: string,
  folder: string,
  { logger, stopping }: Pick<Kit, 'logger' | 'stopping'>,
): Part & { database: Database } {
  const names = new Map<string, string>()
  const pool = new Pool({
    connectionString: url,
    max: 20,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
    keepAlive: true,
  })
  pool.on('error', (error) => {
    logger.warn('an idle connection to PostgreSQL broke', { error })
  })
  // A query reports the error of its connection itself; without a listener, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))

  function nameOf(text: string): string {
    const name = names.get(text) ?? `s${names.size}`
    names.set(text, name)
    return name
  }

  return {
    database: {
      pool,
      async query(text, values) {
        const client = await pool.connect()
        try {
          const result = await client.query({ name: nameOf(text), text, values })
          client.release()
          return result
        } catch (error) {
          // After an error that the server reports the connection is still good, but `pool.query` would close it.
          client.release(!(error instanceof DatabaseError))
          throw error
        }
      },
    },
    async start() {
      await migratePostgres({ url, folder, logger, signal: stopping })
    },
    stop: () => pool.end(),
  }
}
