import { createConnection } from 'mariadb'
import { migrate } from '../migrations.ts'
import type { AppliedMigration, Database, MigrateOptions } from '../migrations.ts'
import { isStoreUnavailable } from './errors.ts'
import { mysqlOptions } from './options.ts'

/** The lock of `prisma migrate`, so that the two never run at the same time. */
const lockName = 'prisma_migrate'

const table = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         DATETIME(3),
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      DATETIME(3),
  started_at          DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) CHARACTER SET utf8mb4`

/**
 * Brings a MySQL or MariaDB database up to date, as `migrate` does. The server commits at every DDL statement, so a
 * failed migration stays half applied: it is recorded as such, and every later run fails until the database is repaired.
 */
export function migrateMysql(options: MigrateOptions): Promise<string[]> {
  return migrate(() => connect(options.url), isStoreUnavailable, options)
}

async function connect(url: string): Promise<Database> {
  const connection = await createConnection({
    ...mysqlOptions(url),
    connectTimeout: 2_000,
    multipleStatements: true,
  })
  return {
    async lock() {
      const [row] = await connection.query<{ locked: number | bigint | null }[]>(
        `SELECT GET_LOCK('${lockName}', 0) AS locked`,
      )
      return Number(row?.locked) === 1
    },
    createTable: () => connection.query(table),
    async records() {
      const rows = await connection.query<
        (Omit<AppliedMigration, 'isFinished'> & { finished: Date | null })[]
      >(
        `SELECT migration_name AS name, checksum, finished_at AS finished, logs
         FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
      )
      return rows.map(({ finished, ...row }) => ({ ...row, isFinished: finished !== null }))
    },
    async apply({ id, name, checksum, sql }) {
      await connection.query(
        'INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (?, ?, ?)',
        [id, checksum, name],
      )
      try {
        await connection.query(sql)
      } catch (error) {
        await connection.query('UPDATE _prisma_migrations SET logs = ? WHERE id = ?', [String(error), id])
        throw error
      }
      await connection.query(
        'UPDATE _prisma_migrations SET finished_at = CURRENT_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?',
        [id],
      )
    },
    end: () => connection.end(),
  }
}
