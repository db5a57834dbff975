import { createPool } from 'mariadb'
import type { Pool, UpsertResult } from 'mariadb'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import { isDuplicate, retryConflicts } from './errors.ts'
import { migrateMysql } from './migrate.ts'
import { mysqlOptions } from './options.ts'

export type Value = string | number | null

/**
 * Runs prepared statements, each a transaction of its own, which is repeated when the server rolled it back because of
 * another one. A connection prepares a statement once, so keep the number of different texts small.
 */
export interface Database {
  /** Reads rows; times come as text, in UTC: see `toDate`. */
  read<Row>(sql: string, values?: Value[]): Promise<Row[]>
  /** Updates or deletes rows. @returns how many matched, also those that held the new values already */
  write(sql: string, values?: Value[]): Promise<number>
  /** Inserts a row. @returns false when a unique key has it already */
  insert(sql: string, values?: Value[]): Promise<boolean>
  /** For Prisma's adapter, which can share it. */
  pool: Pool
}

/** Connects to MySQL or MariaDB. Its start applies the migrations of the folder, and waits for the server until it is up. */
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

/** A time that the database gave as text. */
export function toDate(utc: string): Date {
  return new Date(`${utc.replace(' ', 'T')}Z`)
}

/** The form in which the database takes a time. */
export function fromDate(date: Date): string {
  return date.toISOString().slice(0, -1)
}
