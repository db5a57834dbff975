import { timeLeft } from '@matinee/service-kit/http/context'
import type { Process } from './process.ts'
import { epoch } from './world.ts'
import type { World } from './world.ts'

/** The connection broke or the server is down: whether the statement took effect is unknown. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
}

/** What a statement has read, and what it will change. */
export interface Outcome<T> {
  result: T
  /** Locks these rows, and makes the change visible at the commit; left out when nothing changes. */
  change?: {
    rows: string[]
    commit: () => void
    /** Whether it is the effect of a request, which must not begin after its deadline. */
    isEffect?: boolean
  }
}

interface Statement<T> {
  /** Such as `bookings.confirm`. */
  what: string
  /** Rows that it waits for while another transaction has them locked. */
  rows?: string[]
  /** Reads committed rows only; `isLocked` is for `SKIP LOCKED`. */
  execute: (isLocked: (row: string) => boolean) => Outcome<T>
  /** Whether it was a poll that found nothing, where a fault would be wasted. */
  isIdle?: (result: T) => boolean
  /** The rule that it breaks merely by running. */
  breaks?: string | undefined
}

/**
 * A database: its clock, its locks and its connections. Its owner holds the rows, which survive every process.
 *
 * Each statement is one transaction. It sees what is committed when it begins, or when the rows that it waits for are
 * unlocked; it changes everything at its commit, which comes later; its process hears of that later still. In between,
 * anything may happen.
 */
export interface Database {
  /** The database's time, in ms since 1970. */
  clock: () => number
  read<T>(process: Process, what: string, look: () => T, isIdle?: (result: T) => boolean): Promise<T>
  run<T>(process: Process, statement: Statement<T>): Promise<T>
}

/** Longer than any request, and any lease but payment's. */
const slowStatementMs = 16_500
const slowCommitMs = 5_000

/** @param onCommit called right after every change */
export function createDatabase(
  world: World,
  name: string,
  restartMs: number,
  onCommit: () => void,
): Database {
  const offset = world.random.below(1_200_000) - 600_000
  const locked = new Set<string>()
  let waiting: (() => void)[] = []
  let isUp = true
  /** Incremented at every restart, as in a process. */
  let life = 0

  function die(): void {
    world.tell(() => `${name} is KILLED`)
    isUp = false
    life += 1
    locked.clear()
    wakeAll()
    world.after(restartMs, () => {
      isUp = true
      world.tell(() => `${name} is up`)
    })
  }

  function wakeAll(): void {
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  function run<T>(process: Process, statement: Statement<T>, kind: 'statement' | 'read'): Promise<T> {
    const { what, rows = [], execute, isIdle = () => false, breaks } = statement
    const isLate = timeLeft() <= 0
    if (breaks !== undefined) world.violations.add(breaks)
    const isLocked = (row: string) => locked.has(row)
    return new Promise((resolve, reject) => {
      // The rest of a step that has killed its own process.
      if (!process.isUp) return
      const waiter = process.life
      let isDelayed = false

      const answer = (result: T) => {
        world.after(
          world.latency(),
          () => {
            resolve(result)
          },
          process,
          waiter,
        )
      }
      const lose = () => {
        world.after(
          world.latency(),
          () => {
            reject(new ConnectionLost(`${name} is gone`))
          },
          process,
          waiter,
        )
      }

      /** Continues even if the process dies: the database has the statement by now. */
      function later(ms: number, goOn: () => void): void {
        const end = world.begin()
        world.after(ms, () => {
          end()
          goOn()
        })
      }

      function commit({ result, change }: Outcome<T>, startedIn: number, fault: string | undefined): void {
        if (life !== startedIn) {
          lose()
          return
        }
        change?.commit()
        for (const row of change?.rows ?? []) locked.delete(row)
        world.tell(() => `${process.name}: ${what} ${JSON.stringify(result)}`)
        if (change) onCommit()
        wakeAll()
        if (fault === 'killed-after-commit') world.kill(process)
        else if (fault === 'lost-after-commit') lose()
        else answer(result)
      }

      function arrive(): void {
        if (!isUp) {
          lose()
          return
        }
        if (rows.some(isLocked)) {
          waiting.push(arrive)
          return
        }
        const outcome = execute(isLocked)
        if (isLate && outcome.change?.isEffect) world.violations.add(`deadline: too late to begin: ${what}`)
        if (isIdle(outcome.result)) {
          resolve(outcome.result)
          return
        }
        const fault = isDelayed ? undefined : world.faultAt({ kind, what, process })
        switch (fault) {
          case 'lost-before-commit':
            lose()
            return
          case 'killed-before-commit':
            world.kill(process)
            return
          case 'database-killed':
            die()
            lose()
            return
          case 'slow-statement':
            isDelayed = true
            later(slowStatementMs, arrive)
            return
        }
        for (const row of outcome.change?.rows ?? []) locked.add(row)
        if (!outcome.change) {
          commit(outcome, life, fault)
          return
        }
        const startedIn = life
        later(world.latency() + (fault === 'slow-commit' ? slowCommitMs : 0), () => {
          commit(outcome, startedIn, fault)
        })
      }

      arrive()
    })
  }

  return {
    clock: () => epoch + world.now() + offset,
    run: (process, statement) => run(process, statement, 'statement'),
    read: (process, what, look, isIdle) =>
      run(process, { what, execute: () => ({ result: look() }), ...(isIdle && { isIdle }) }, 'read'),
  }
}
