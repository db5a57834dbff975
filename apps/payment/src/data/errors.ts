import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

/** Where Prisma puts the server's error number, or the driver's (45000 and up): the same place under each of its codes. */
const DriverError = z.object({
  meta: z.object({
    driverAdapterError: z.object({ cause: z.object({ originalCode: z.coerce.number() }) }),
  }),
})

function errorNumber(error: unknown): number | undefined {
  return DriverError.safeParse(error).data?.meta.driverAdapterError.cause.originalCode
}

/** Whether two rows met in a unique key. */
export function isDuplicate(error: unknown): boolean {
  return errorNumber(error) === 1062
}

/** Too many connections, shutdown, connection killed; in the driver: closed, timed out, refused, none to be had. */
const downNumbers = new Set([
  1040, 1053, 1203, 1927, 45_001, 45_004, 45_009, 45_012, 45_013, 45_019, 45_026, 45_027, 45_028, 45_037,
])

/** Prisma's "no transaction in time", and what a socket says that broke while it was written to. */
const downCodes: unknown[] = ['P2028', 'EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT']

/** Whether the database does not answer, which says nothing of what it has done. */
export function isStoreUnavailable(error: unknown): boolean {
  const hasDownCode = error instanceof Error && 'code' in error && downCodes.includes(error.code)
  return hasDownCode || downNumbers.has(errorNumber(error) ?? 0)
}

/** Deadlock, and a lock that took too long: the transaction is undone and may be repeated. */
const conflicts = new Set([1205, 1213])
const tries = 5

/** Repeats a statement or a transaction that the database undid because of another one. */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await work()
    } catch (error) {
      if (failed === tries || !conflicts.has(errorNumber(error) ?? 0)) throw error
      await sleep(Math.random() * 20 * failed)
    }
  }
}
