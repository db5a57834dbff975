import { timeLeft } from './context.ts'
import { ProblemError } from './problem.ts'

/** Lets a bounded number of requests work at once; the others wait in line, or are refused at once. */
export interface Admission {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves once nothing is at work, not even for a caller that has gone. */
  idle(): Promise<void>
}

/**
 * Admission control. A request that would wait in line past its deadline, going by how long requests took lately, is
 * refused at once with 503 `overloaded`: an early refusal costs nothing, a late answer is work done for nobody.
 *
 * @param concurrency how many work at once
 */
export function createAdmission(concurrency: number): Admission {
  const waiting: (() => void)[] = []
  let running = 0
  let serviceMs = 1
  let onIdle: (() => void)[] = []

  function refuse(): never {
    throw new ProblemError(
      'overloaded',
      'Too many requests are waiting. Try again in a second; nothing was changed.',
    )
  }

  function next(): void {
    const first = waiting.shift()
    if (first) first()
    else running -= 1
    if (running > 0) return
    for (const resolve of onIdle) resolve()
    onIdle = []
  }

  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1
      return
    }
    const expectedWait = ((waiting.length + 1) * serviceMs) / concurrency
    if (expectedWait + serviceMs > timeLeft()) refuse()
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  async function timed<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now()
    try {
      return await work()
    } finally {
      serviceMs = serviceMs * 0.9 + (performance.now() - started) * 0.1
    }
  }

  return {
    async run(work) {
      await enter()
      try {
        if (timeLeft() <= 0) refuse()
        return await timed(work)
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
