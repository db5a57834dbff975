import { setTimeout as sleep } from 'node:timers/promises'
import { SqlError } from 'mariadb'

interface PrismaError {
  meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
}

/** The server's error number, or the driver's (45000 and up); Prisma wraps the driver's error. */
function errorNumber(error: unknown): number {
  if (error instanceof SqlError) return error.errno
  const { meta } = Object(error) as PrismaError
  return Number(meta?.driverAdapterError?.cause?.originalCode)
}

/** Whether a unique key refused a row. */
export function isDuplicate(error: unknown): boolean {
  return errorNumber(error) === 1062
}

/** Too many connections, shutdown, connection killed; in the driver: closed, timed out, refused, none available. */
const unavailable = new Set([
  1040, 1053, 1203, 1927, 45_001, 45_004, 45_009, 45_012, 45_013, 45_019, 45_026, 45_027, 45_028, 45_037,
])

/** Whether the database does not answer; what it has done with the statement is unknown. */
export function isStoreUnavailable(error: unknown): boolean {
  if (unavailable.has(errorNumber(error))) return true
  // SQLSTATE class 08 is "connection exception".
  if (error instanceof SqlError && error.sqlState?.startsWith('08') === true) return true
  const { code } = Object(error) as { code?: unknown }
  return /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(String(code))
}

/** Lock wait timeout, deadlock. */
const conflicts = new Set([1205, 1213])
const maxAttempts = 5

/** Repeats a statement that the server rolled back because of another transaction. */
export async function retryConflicts<T>(statement: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await statement()
    } catch (error) {
      if (attempt === maxAttempts || !conflicts.has(errorNumber(error))) throw error
      await sleep(Math.random() * 20 * attempt)
    }
  }
}
