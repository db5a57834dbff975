import type { Socket } from 'node:net'
import { createPool } from 'mariadb'
import type { Pool, UpsertResult } from 'mariadb'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { isDuplicate, retryConflicts } from './errors.ts'
import { migrateMysql } from './migrate.ts'
import { mysqlOptions } from './options.ts'

/** How long the server may be silent while it runs a statement. */
const statementTimeoutMs = 5_000

export type Value = string | number | null

/**
 * Runs prepared statements, each in its own transaction, and repeats those that lost a lock conflict. A connection prepares
 * each text once, so keep the number of different texts small.
 */
export interface Database {
  /** Reads rows; times come as text, in UTC: see `toDate`. */
  read<Row>(sql: string, values?: Value[]): Promise<Row[]>
  /** Updates or deletes rows. @returns how many matched, including those that already had the new values */
  write(sql: string, values?: Value[]): Promise<number>
  /** Inserts a row. @returns false when a unique key refuses it */
  insert(sql: string, values?: Value[]): Promise<boolean>
  /** For Prisma's adapter, which can share it. */
  pool: Pool
}

/** A pool of connections to MySQL or MariaDB. Its start waits for the server and applies the migrations of the folder. */
export function connectMysql(
  url: string,
  folder: string,
  { logger, stopping }: Pick<Kit, 'logger' | 'stopping'>,
): Part & { database: Database } {
  const pool = createPool({
    ...mysqlOptions(url),
    connectionLimit: 10,
    minimumIdle: 1,
    connectTimeout: 1_000,
    acquireTimeout: 2_000,
    dateStrings: true,
    // `affectedRows` counts the rows that matched.
    foundRows: true,
    // No values in error texts.
    logParam: false,
  })
  limitStatements(pool)

  async function write(sql: string, values?: Value[]): Promise<number> {
    const { affectedRows } = await retryConflicts(() => pool.execute<UpsertResult>(sql, values))
    return affectedRows
  }

  return {
    database: {
      pool,
      read: (sql, values) => retryConflicts(() => pool.execute(sql, values)),
      write,
      async insert(sql, values) {
        try {
          await write(sql, values)
          return true
        } catch (error) {
          if (isDuplicate(error)) return false
          throw error
        }
      },
    },
    async start() {
      await migrateMysql({ url, folder, logger, signal: stopping })
    },
    stop: () => pool.end(),
  }
}

/**
 * Breaks a connection when the server is silent for too long: its statement fails, and its place in the pool is free. The
 * driver's options do not do that: `queryTimeout` needs MariaDB, and `socketTimeout` also breaks connections at rest.
 */
function limitStatements(pool: Pool): void {
  // The driver does not declare this method. A closed connection has no socket.
  const socketOf = (connection: unknown) => (connection as { getSocket(): Socket | undefined }).getSocket()
  pool.on('acquire', (connection) => {
    socketOf(connection)?.setTimeout(statementTimeoutMs, giveUp)
  })
  pool.on('release', (connection) => {
    socketOf(connection)?.setTimeout(0, giveUp)
  })
}

function giveUp(this: Socket): void {
  this.destroy(Object.assign(new Error('The server does not answer a statement'), { code: 'ETIMEDOUT' }))
}

/** Parses a time of the database, which is text in UTC. */
export function toDate(utc: string): Date {
  return new Date(`${utc.replace(' ', 'T')}Z`)
}

/** Formats a time for the database, in UTC. */
export function fromDate(date: Date): string {
  return date.toISOString().slice(0, -1)
}
