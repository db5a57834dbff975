import type { Snapshot } from './rows.ts'

/** A row that breaks a rule, and how. Its texts contain nothing that changes over time, such as an age. */
export interface Offender {
  row: string
  breaks: string
}

/** One of the rules of docs/reliability.md. */
export interface Invariant {
  rule: string
  /** What it checks, such as "seats of live bookings". */
  rows: string
  count(snapshot: Snapshot): number
  offenders(snapshot: Snapshot): Iterable<Offender>
}

/** How long the system may take to finish what it has begun, in ms. */
export const settledWithinMs = 60_000

/** Whether something of this age should be finished; the time starts again when failed parts are back. */
export function isOverdue({ calmFor = Infinity }: Snapshot, ago: number): boolean {
  return Math.min(ago, calmFor) > settledWithinMs
}
