import { timeLeft } from '../http/context.ts'
import { ProblemError } from '../http/problem.ts'

/** Lets a bounded number of requests work at once; the others wait in a queue, or are refused at once. */
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
  /**
   * For work inside `run`: gives its turn to others while it waits for something slow, then takes the next one that is free,
   * before all requests that have not begun. It is never refused.
   */
  outside<T>(wait: () => Promise<T>): Promise<T>
  /** Resolves once no work is in progress, not even for a caller that has gone. */
  idle(): Promise<void>
}

/** The most requests that may work or wait, in the queue or outside: twice the burst of 500 that must be served. */
const maxPresent = 1_000
/** The share of its time that a request may spend here by the estimate, which may be wrong: in a burst, which passes ... */
const burstShare = 0.8
/** ... and in a standing queue: under lasting overload a long queue serves no more than a short one, only later. */
const standingShare = 0.1
/** A queue that has not been empty for this long is standing, in ms. */
const standsAfterMs = 3_000
/** How many turns a pace needs: fewer say too little, because the first ones are the slowest. */
const enoughTurns = 50
/** After a queue has been empty for this long, its pace says nothing about the next one, in ms. */
const forgottenAfterMs = 1_000
/** The longest timer of Node, in ms. */
const maxTimerMs = 2 ** 31 - 1

export function overloaded(): ProblemError {
  return new ProblemError(
    'overloaded',
    'Too many requests are waiting. Try again in a second; nothing was changed.',
  )
}

/**
 * Admission control, for load shedding. A request that would spend too much of its time in the queue is refused at once with
 * 503 `overloaded`: an early refusal is cheap, a late answer is work done for nobody. By Little's law the recent pace and
 * the number of requests ahead give the wait, however long single requests take.
 *
 * The pace is measured while a queue exists, and forgotten soon after: one that makes it refuse everybody empties the queue,
 * and so ends by itself.
 *
 * @param concurrency how many requests work at once
 */
export function createAdmission(concurrency: number): Admission {
  /** Requests that have not begun, in order of arrival. */
  const waiting = new Set<() => void>()
  const returning: (() => void)[] = []
  let running = 0
  let outside = 0
  /** When the queue formed, and when it was last empty again. */
  let formedAt = 0
  let emptiedAt = 0
  /** How many turns have ended while a queue existed, since `countedFrom`; the time without a queue is left out. */
  let turns = 0
  let countedFrom = 0
  let onIdle: (() => void)[] = []

  const queued = () => waiting.size + returning.length
  const isForgotten = () => queued() === 0 && performance.now() - emptiedAt >= forgottenAfterMs

  /** From the end of one turn to the end of the next, in ms: what a place in the queue costs. */
  function paceMs(): number {
    return ((queued() > 0 ? performance.now() : emptiedAt) - countedFrom) / (turns + 1)
  }

  function hasRoom(timeLeftMs: number): boolean {
    if (running + outside + waiting.size >= maxPresent) return false
    if (running < concurrency || isForgotten()) return true
    const isStanding = queued() > 0 && performance.now() - formedAt >= standsAfterMs
    if (turns < enoughTurns && !isStanding) return true
    return (running + queued() + 1) * paceMs() <= timeLeftMs * (isStanding ? standingShare : burstShare)
  }

  function startQueue(): void {
    if (queued() > 0) return
    formedAt = performance.now()
    if (isForgotten()) {
      turns = 0
      countedFrom = formedAt
    } else {
      countedFrom += formedAt - emptiedAt
    }
  }

  function endQueue(): void {
    if (queued() === 0) emptiedAt = performance.now()
  }

  /** Waits for a turn, at most until the deadline. @throws ProblemError `overloaded` */
  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1
      return
    }
    startQueue()
    await new Promise<void>((resolve, reject) => {
      const deadline = setTimeout(
        () => {
          waiting.delete(begin)
          endQueue()
          reject(overloaded())
        },
        Math.min(timeLeft(), maxTimerMs),
      )
      function begin(): void {
        clearTimeout(deadline)
        resolve()
      }
      waiting.add(begin)
    })
  }

  /** Gives the turn to the next in the queue. */
  function passOn(): void {
    const [first] = waiting
    const next = returning.shift() ?? first
    if (next) {
      waiting.delete(next)
      endQueue()
      next()
      return
    }
    running -= 1
    if (running + outside > 0) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  function endTurn(): void {
    if (queued() > 0) turns += 1
    if (turns === 2 * enoughTurns) {
      // Half of what is counted leaves: the pace must be a recent one.
      turns = enoughTurns
      countedFrom = (countedFrom + performance.now()) / 2
    }
    passOn()
  }

  return {
    hasRoom,

    async run(work, isAbandoned = () => false) {
      if (!hasRoom(timeLeft())) throw overloaded()
      const reserveMs = running < concurrency ? 0 : timeLeft() * (1 - burstShare)
      await enter()
      // At this pace, each request at work takes `paceMs() * concurrency`. Less time than that would be wasted.
      if (timeLeft() <= Math.min(paceMs() * concurrency, reserveMs) || isAbandoned()) {
        passOn()
        throw overloaded()
      }
      try {
        return await work()
      } finally {
        endTurn()
      }
    },

    async outside(wait) {
      outside += 1
      endTurn()
      try {
        return await wait()
      } finally {
        if (running < concurrency) {
          running += 1
        } else {
          startQueue()
          await new Promise<void>((resolve) => returning.push(resolve))
        }
        outside -= 1
      }
    },

    idle: () =>
      new Promise((resolve) => {
        if (running + outside === 0) resolve()
        else onIdle.push(resolve)
      }),
  }
}
