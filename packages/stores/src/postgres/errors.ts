interface DriverError {
  code?: string
  message?: string
  /** Where Prisma puts the error of the driver. */
  meta?: { driverAdapterError?: { cause?: { originalCode?: string } } }
}

/** SQLSTATE, Node's code of a network error, or Prisma's, which replaces some of Node's by its own. */
function codeOf(error: unknown): string {
  const { code, meta } = Object(error) as DriverError
  return String(meta?.driverAdapterError?.cause?.originalCode ?? code)
}

/** Unique violation, deadlock, serialization failure. */
const conflicts = new Set(['23505', '40P01', '40001'])

/** Whether a statement lost a race against another one; nothing was changed. */
export function isConflict(error: unknown): boolean {
  return conflicts.has(codeOf(error))
}

/** Whether the database does not answer; what it has done with the statement is unknown. */
export function isStoreUnavailable(error: unknown): boolean {
  const { message } = Object(error) as DriverError
  return (
    /^((08|53|57)\w{3}|P10(01|08|17)|(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN).*)$/.test(
      codeOf(error),
    ) ||
    // Errors that pg raises itself have no code.
    /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(message ?? '')
  )
}
