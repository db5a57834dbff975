import { requestContext, timeLeft } from '../http/context.ts'
import { ProblemError } from '../http/problem.ts'

/** The right to work, given to a request before it has been read. */
export interface Slot {
  /** Takes it, to work in. @returns whether it was there to be taken */
  claim(): boolean
  /** Gives it to the next one, unless it has been taken. */
  giveBack(): void
}

/** A place in the line. */
export interface Place {
  /** Resolves at its turn; without a slot when it is too late to begin, or its holder has left. */
  turn: Promise<Slot | undefined>
  leave(): void
}

/** Lets a bounded number of requests work at once; the others wait in line, or are refused at once. */
export interface Admission {
  /**
   * Takes in a request that has just arrived; its `run` then works in the slot of its context.
   *
   * @param deadline when its caller stops waiting, on the clock of `performance.now()`, in ms
   * @returns undefined when it would wait for too long
   */
  arrive(deadline: number): Place | undefined
  /**
   * Does the work, in the slot of the request or at its turn.
   *
   * @throws ProblemError `overloaded`, and what the work throws
   */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves once nothing is at work, not even for a caller that has gone. */
  idle(): Promise<void>
}

/** So many requests at most are at work or in line: twice the burst of 500 that must find a place. */
const mostPresent = 1_000
/** What part of its time a request may spend here by the estimate, which may be wrong: in a burst, which will pass ... */
const burstShare = 0.8
/** ... and in a line that stands: under lasting overload a long line serves no more than a short one, only later. */
const standingShare = 0.2
/** A line that was never empty for so long stands, in ms. */
const standsAfterMs = 3_000
/** Of how many requests the pace is the mean; fewer tell too little, and the first ones are the slowest. */
const remembered = 50
/** A pace this old says nothing about now, in ms. */
const paceLastsMs = 60_000

export function overloaded(): ProblemError {
  return new ProblemError(
    'overloaded',
    'Too many requests are waiting. Try again in a second; nothing was changed.',
  )
}

/**
 * Admission control. A request that would spend too much of its time in line, going by the pace at which requests were
 * done lately, is refused at once with 503 `overloaded`: an early refusal costs nothing, a late answer is work done for nobody.
 * By Little's law the pace and the number of those ahead tell the wait, however long single requests take.
 *
 * @param concurrency how many work at once
 */
export function createAdmission(concurrency: number): Admission {
  const waiting: (() => void)[] = []
  let running = 0
  /** ms from the end of one request to that of the next while others wait: what one place in the line costs. */
  let paceMs = 0
  let paces = 0
  let lastEnd = -Infinity
  let othersWaited = false
  let emptyAt = -Infinity
  let onIdle: (() => void)[] = []

  /** Whether a request that comes now would be late. */
  function isFull(patienceMs: number): boolean {
    if (running < concurrency) return false
    const ahead = running + waiting.length
    if (ahead >= mostPresent) return true
    const now = performance.now()
    if (waiting.length === 0) emptyAt = now
    const share = now - emptyAt < standsAfterMs ? burstShare : standingShare
    const isKnown = paces === remembered && now - lastEnd < paceLastsMs
    return isKnown && (ahead + 1) * paceMs > patienceMs * share
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

  function next(): void {
    const first = waiting.shift()
    if (first) first()
    else running -= 1
    if (running > 0) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  /** Waits for its turn. @returns whether it is not too late: less time than work takes would be wasted */
  async function enter(deadline: number): Promise<boolean> {
    if (running < concurrency) {
      running += 1
      return performance.now() < deadline
    }
    const patienceMs = deadline - performance.now()
    await new Promise<void>((resolve) => waiting.push(resolve))
    // At this pace each of those at work takes so long.
    const neededMs = Math.min(paceMs * concurrency, patienceMs * (1 - burstShare))
    return deadline - performance.now() > neededMs
  }

  function createSlot(): Slot {
    let isFree = true
    return {
      claim() {
        const wasFree = isFree
        isFree = false
        return wasFree
      },
      giveBack() {
        if (isFree) next()
        isFree = false
      },
    }
  }

  return {
    arrive(deadline) {
      if (isFull(deadline - performance.now())) return undefined
      let isHere = true
      async function takeTurn(): Promise<Slot | undefined> {
        if ((await enter(deadline)) && isHere) return createSlot()
        next()
        return undefined
      }
      return {
        turn: takeTurn(),
        leave() {
          isHere = false
        },
      }
    },

    async run(work) {
      const hasSlot = requestContext()?.slot?.claim() ?? false
      if (!hasSlot && isFull(timeLeft())) throw overloaded()
      const isInTime = hasSlot || (await enter(performance.now() + timeLeft()))
      try {
        if (!isInTime) throw overloaded()
        return await work().finally(notePace)
      } finally {
        next()
      }
    },

    idle: () =>
      new Promise((resolve) => {
        if (running === 0) resolve()
        else onIdle.push(resolve)
      }),
  }
}
