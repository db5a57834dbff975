import { Client, DatabaseError } from 'pg'
import { migrate } from '../migrations.ts'
import type { Database, MigrateOptions, AppliedMigration } from '../migrations.ts'

/** The lock of `prisma migrate`, so that the two never run at the same time. */
const lockKey = 72_707_369

const table = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`

/**
 * Applies the missing migrations to a PostgreSQL database, as `migrate` does. Each migration is one transaction.
 */
export function migratePostgres(options: MigrateOptions): Promise<string[]> {
  return migrate(() => connect(options.url), isDown, options)
}

/** Whether a retry may succeed: the server did not answer, is starting, is shutting down or is too busy. */
function isDown(error: unknown): boolean {
  return !(error instanceof DatabaseError) || /^(08|53|57P)/.test(error.code ?? '')
}

async function connect(url: string): Promise<Database> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, keepAlive: true })
  // The query reports a broken connection; without a listener, the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  return {
    async lock() {
      const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
        lockKey,
      ])
      return rows[0]?.locked === true
    },
    createTable: () => client.query(table),
    async records() {
      const { rows } = await client.query<AppliedMigration>(
        `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS "isFinished", logs
         FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
      )
      return rows
    },
    async apply({ id, name, checksum, sql }) {
      await client.query('BEGIN')
      await client.query(sql)
      await client.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
         VALUES ($1, $2, $3, clock_timestamp(), 1)`,
        [id, checksum, name],
      )
      await client.query('COMMIT')
    },
    end: () => client.end(),
  }
}
