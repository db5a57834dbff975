import { Client, DatabaseError } from 'pg'
import { applyMissing, connectPatiently, defaultPatienceMs } from './migrations.ts'
import type { Database, MigrateOptions, AppliedMigration } from './migrations.ts'

/** The key of `prisma migrate`: the two never work at the same time. */
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
 * Brings a PostgreSQL database up to date. Each migration is one transaction: it is there wholly or not at all.
 *
 * @returns the names of the migrations applied
 * @throws MigrationError when a migration was changed after it was applied, or failed half-way
 */
export async function migratePostgres(options: MigrateOptions): Promise<string[]> {
  const client = await connectPatiently(() => connect(options.url), isDown, options)
  try {
    await client.query(`SET lock_timeout = ${options.patienceMs ?? defaultPatienceMs}`)
    // Held by the session: it ends with the connection, also when this process is killed.
    await client.query('SELECT pg_advisory_lock($1)', [lockKey])
    await client.query(table)
    return await applyMissing(database(client), options)
  } finally {
    await client.end()
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A connection that breaks is told by the query that it breaks.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Whether a later attempt may succeed: there was no answer, or "the database system is starting up". */
function isDown(error: unknown): boolean {
  return !(error instanceof DatabaseError) || error.code === '57P03'
}

function database(client: Client): Database {
  return {
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
  }
}
