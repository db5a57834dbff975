import { SqlError, createConnection } from 'mariadb'
import type { ConnectionConfig } from 'mariadb'
import { migrate } from '../migrations.ts'
import type { Database, MigrateOptions, AppliedMigration } from '../migrations.ts'

/** The name of `prisma migrate`: the two never work at the same time. */
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

/** The driver's form of a URL `mysql://user:password@host:3306/database`. */
export function mysqlOptions(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    // MySQL 8 wants TLS or this for a password; the network between the two is ours.
    allowPublicKeyRetrieval: true,
    // Part of the handshake. An option that is set by a statement after it (another collation, a time zone, a session
    // variable) ends the whole process when the server dies right then: the driver rejects a promise nobody holds.
    collation: 'UTF8MB4_BIN',
  } satisfies ConnectionConfig
}

/**
 * Brings a MySQL or MariaDB database up to date, as `migrate` does. It commits at every DDL statement, so a migration that
 * fails stays half-way there, is noted as such, and stops every later run until a human has repaired it.
 */
export function migrateMysql(options: MigrateOptions): Promise<string[]> {
  return migrate(() => connect(options.url), isDown, options)
}

/**
 * Whether a later attempt may succeed: there was no answer, or one of SQLSTATE class 08, "connection exception", which the
 * errors of a server that ends or is too busy are of as well.
 */
function isDown(error: unknown): boolean {
  return !(error instanceof SqlError) || error.sqlState?.startsWith('08') === true
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
