import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Receives the progress of a run. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
}

export interface MigrateOptions {
  /** `postgresql://user:password@host:5432/database`, or `mysql://…` */
  url: string
  /** Prisma's `prisma/migrations`: a folder for each migration, with a `migration.sql` in it. */
  folder: string
  logger: Log
  /** Ends the wait for a database that is not up yet, or for another replica that migrates it. */
  signal: AbortSignal
}

/** The database needs repair by hand; the message says what to do. */
export class MigrationError extends Error {
  override name = 'MigrationError'
}

export interface Migration {
  id: string
  name: string
  sql: string
  /** SHA-256 of the file, in hexadecimal digits, as Prisma writes it. */
  checksum: string
}

/** A row of `_prisma_migrations` that was not rolled back. */
export interface AppliedMigration {
  name: string
  checksum: string
  isFinished: boolean
  logs: string | null
}

/** One connection. */
export interface Database {
  /** Takes the migration lock, which ends with the connection. @returns false when another process holds it */
  lock(): Promise<boolean>
  /** Creates the table of records if it does not exist. */
  createTable(): Promise<unknown>
  records(): Promise<AppliedMigration[]>
  apply(migration: Migration): Promise<void>
  end(): Promise<void>
}

const lockRetryMs = 200
const connectRetryMs = 500

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { id: randomUUID(), name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

function assertSound(records: AppliedMigration[], migrations: Migration[]): void {
  for (const { name, checksum, isFinished, logs } of records) {
    if (!isFinished) {
      throw new MigrationError(
        `Migration ${name} failed half-way (${logs ?? 'its process was killed'}). Repair the database by hand. Then, in its ` +
          `row of _prisma_migrations, set rolled_back_at to run it again, or finished_at to continue after it.`,
      )
    }
    const migration = migrations.find((candidate) => candidate.name === name)
    // A migration without a folder was applied by a newer version; a rollback to this one must work.
    if (migration && migration.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${name} was changed after it was applied. Restore its file, and put the change into a new migration.`,
      )
    }
  }
}

async function applyMissing(
  database: Database,
  migrations: Migration[],
  { logger, signal }: MigrateOptions,
): Promise<string[]> {
  while (!(await database.lock())) await sleep(lockRetryMs, undefined, { signal })
  await database.createTable()
  const records = await database.records()
  assertSound(records, migrations)
  const applied = new Set(records.map(({ name }) => name))
  const missing = migrations.filter(({ name }) => !applied.has(name))
  for (const migration of missing) {
    // A shutdown does not interrupt a migration that has begun.
    signal.throwIfAborted()
    await database.apply(migration)
    logger.info('migration applied', { migration: migration.name })
  }
  if (missing.length === 0) logger.info('no migration to apply')
  return missing.map(({ name }) => name)
}

/**
 * Applies the migrations that the database does not have, in the order of their names. Waits while the database is down,
 * even if it goes down during the run, and while another process migrates it.
 *
 * @returns the names of those applied
 * @throws MigrationError when a migration was changed after it was applied, or failed half-way; the database's error for a
 *   migration or the connection; `AbortError` when the signal aborts the wait
 */
export async function migrate(
  connect: () => Promise<Database>,
  isDown: (error: unknown) => boolean,
  options: MigrateOptions,
): Promise<string[]> {
  const { folder, logger, signal } = options
  const migrations = await readMigrations(folder)
  for (;;) {
    try {
      const database = await connect()
      return await applyMissing(database, migrations, options).finally(() => database.end())
    } catch (error) {
      if (signal.aborted || error instanceof MigrationError || !isDown(error)) throw error
      logger.warn('the database does not answer yet', { error })
      await sleep(connectRetryMs, undefined, { signal })
    }
  }
}
