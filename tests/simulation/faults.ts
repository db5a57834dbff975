import type { Process } from './process.ts'
import type { Random } from './random.ts'

/**
 * What may go wrong with a statement: the connection is lost before or after its commit (the process cannot tell which), the
 * process is killed before or after, the database is killed, or it is slow to begin, or to commit what it has read and
 * locked.
 */
const statementFaults = [
  'lost-before-commit',
  'lost-after-commit',
  'killed-before-commit',
  'killed-after-commit',
  'database-killed',
  'slow-statement',
  'slow-commit',
] as const
/** A statement that only reads does not commit. */
const readFaults = ['lost-after-commit', 'killed-after-commit', 'slow-statement'] as const
/** What may go wrong with a request and its answer. */
const messageFaults = [
  'request-dropped',
  'answer-dropped',
  'request-delayed',
  'answer-delayed',
  'request-duplicated',
  'sender-killed',
] as const

export type Fault = (typeof statementFaults)[number] | (typeof messageFaults)[number]

/** A place where a fault can occur: where a process waits for a statement or an answer. */
export interface Point {
  kind: 'statement' | 'read' | 'message'
  /** Such as `bookings.confirm`. */
  what: string
  process: Process
}

export const faultsOf = {
  statement: statementFaults,
  read: readFaults,
  message: messageFaults,
} as const satisfies Record<Point['kind'], readonly Fault[]>

/** One schedule of faults. */
export interface Plan {
  /** What happens at the n-th point of the run. */
  faultAt(index: number, point: Point, now: number): Fault | undefined
  latency(random: Random): number
  clockOffsetMs(random: Random): number
  /** How long a killed process or database is down, in ms. */
  restartMs: number
  /** After this time no fault occurs, and what was killed comes back. */
  faultsEndMs: number
}

const tenMinutes = 600_000

/** Anything may go wrong at any point, more often in some runs than in others. */
export function randomPlan(random: Random): Plan {
  const severity = random.pick([0, 0.01, 0.03, 0.1, 0.2])
  const slowness = random.pick([0, 0.005, 0.05])
  const faultsEndMs = 50_000
  return {
    faultAt: (_index, { kind }, now) =>
      now < faultsEndMs && random.chance(severity) ? random.pick(faultsOf[kind]) : undefined,
    latency: () => 1 + random.below(10) + (random.chance(slowness) ? random.below(3_000) : 0),
    clockOffsetMs: () => random.below(2 * tenMinutes) - tenMinutes,
    restartMs: 200 + random.below(6_000),
    faultsEndMs,
  }
}

/** Exactly these faults at these points. */
export function exactPlan(faults: ReadonlyMap<number, Fault>, onPoint?: (point: Point) => void): Plan {
  const faultsEndMs = 60_000
  return {
    faultAt(index, point, now) {
      if (now >= faultsEndMs) return undefined
      onPoint?.(point)
      return faults.get(index)
    },
    latency: () => 2,
    clockOffsetMs: (random) => random.below(2 * tenMinutes) - tenMinutes,
    restartMs: 3_000,
    faultsEndMs,
  }
}
