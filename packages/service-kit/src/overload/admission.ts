import { timeLeft } from '../http/context.ts'
import { ProblemError } from '../http/problem.ts'

/** Lets a bounded number of requests work at once; the others wait in line, or are refused at once. */
export interface Admission {
  /** Whether a request with this much time left, in ms, can expect an answer in time. */
  hasRoom(timeLeftMs: number): boolean
  /**
   * Does the work of the current request when its turn comes.
   *
   * @param isAbandoned whether its caller has gone
   * @throws ProblemError `overloaded` when its turn would come or comes too late, and whatever the work throws
   */
  run<T>(work: () => Promise<T>, isAbandoned?: () => boolean): Promise<T>
  /** Resolves once no work is in progress, not even for a caller that has gone. */
  idle(): Promise<void>
}

/** The most requests that may work or wait: twice the burst of 500 that must be served. */
const maxPresent = 1_000
/** The share of its time that a request may spend here by the estimate, which may be wrong: in a burst, which passes ... */
const burstShare = 0.8
/** ... and in a standing line: under lasting overload a long line serves no more than a short one, only later. */
const standingShare = 0.1
/** A line that has not been empty for this long is standing, in ms. */
const standsAfterMs = 3_000
/** How many requests the pace averages: fewer say too little, because the first ones are the slowest. */
const remembered = 50
/** An older pace says nothing about now, in ms. */
const paceLastsMs = 60_000

export function overloaded(): ProblemError {
  return new ProblemError(
    'overloaded',
    'Too many requests are waiting. Try again in a second; nothing was changed.',
  )
}

/**
 * Admission control, for load shedding. A request that would spend too much of its time in line is refused at once with
 * 503 `overloaded`: an early refusal is cheap, a late answer is work done for nobody. By Little's law the recent pace and
 * the number of requests ahead give the wait, however long single requests take.
 *
 * @param concurrency how many requests work at once
 */
export function createAdmission(concurrency: number): Admission {
  const waiting: (() => void)[] = []
  let running = 0
  /** From the end of one request to the end of the next while others wait, in ms: what a place in the line costs. */
  let paceMs = 0
  let paces = 0
  let lastEnd = -Infinity
  let othersWaited = false
  let emptyAt = -Infinity
  let onIdle: (() => void)[] = []

  function hasRoom(timeLeftMs: number): boolean {
    if (running < concurrency) return true
    const ahead = running + waiting.length
    if (ahead >= maxPresent) return false
    const now = performance.now()
    if (waiting.length === 0) emptyAt = now
    const share = now - emptyAt < standsAfterMs ? burstShare : standingShare
    const isKnown = paces === remembered && now - lastEnd < paceLastsMs
    return !isKnown || (ahead + 1) * paceMs <= timeLeftMs * share
  }

  function notePace(): void {
    const now = performance.now()
    if (now - lastEnd >= paceLastsMs) paces = 0
    if (othersWaited) {
      paces = Math.min(paces + 1, remembered)
      paceMs += (now - lastEnd - paceMs) / paces
    }
    lastEnd = now
    othersWaited = waiting.length > 0
    if (!othersWaited) emptyAt = now
  }

  /** Gives the turn to the next in line. */
  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else running -= 1
    if (running > 0) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  /** Waits for a turn. @returns whether enough time is left to begin: less than the work takes would be wasted */
  async function enter(): Promise<boolean> {
    if (running < concurrency) {
      running += 1
      return timeLeft() > 0
    }
    const reserveMs = timeLeft() * (1 - burstShare)
    await new Promise<void>((resolve) => waiting.push(resolve))
    // At this pace, each request at work takes this long.
    return timeLeft() > Math.min(paceMs * concurrency, reserveMs)
  }

  return {
    hasRoom,

    async run(work, isAbandoned = () => false) {
      if (!hasRoom(timeLeft())) throw overloaded()
      const isInTime = await enter()
      try {
        if (!isInTime || isAbandoned()) throw overloaded()
        return await work().finally(notePace)
      } finally {
        leave()
      }
    },

    idle: () =>
      new Promise((resolve) => {
        if (running === 0) resolve()
        else onIdle.push(resolve)
      }),
  }
}
