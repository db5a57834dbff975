import { createEventQueue } from './event-queue.ts'
import type { Event } from './event-queue.ts'
import type { Fault, Plan, Point } from './faults.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'

/** Simulated time starts here, so that no real clock can be mistaken for a simulated one. */
export const epoch = Date.UTC(2040, 0, 1)

/** A discrete-event simulation: everything that happens in a run is an event of one queue. */
export interface World {
  random: Random
  /** Simulated time since the start, in ms. */
  now: () => number
  /** Schedules a callback, which is dropped if its owner dies first. @returns a function that cancels it */
  after(ms: number, run: () => void, owner?: Process, life?: number): () => void
  sleep(ms: number, owner: Process): Promise<void>
  /** A random latency in ms. */
  latency(): number
  /** Registers work in flight that may still change something. @returns a function that ends it */
  begin(): () => void
  /** Whether work is in flight. */
  isBusy(): boolean
  /** Injects no more faults. */
  endFaults(): void
  /** The fault to inject at this point, if any. */
  faultAt(point: Point): Fault | undefined
  addProcess(name: string, start: (process: Process) => void): Process
  kill(process: Process): void
  /** Violations that no table shows. */
  violations: Set<string>
  /** Adds a line to the trace; its text is built only if somebody listens. */
  tell(line: () => string): void
  /** Runs events until `isOver`, checked after every event, or until the queue is empty. */
  run(isOver: () => boolean): Promise<void>
}

export function createWorld(plan: Plan, random: Random, listen?: (line: string) => void): World {
  const queue = createEventQueue()
  let now = 0
  let points = 0
  let unfinished = 0
  let hasNoMoreFaults = false
  let running: Process | undefined

  function after(ms: number, run: () => void, owner?: Process, life = owner?.life): () => void {
    const event: Event = { at: now + Math.max(0, ms), run, owner, life }
    queue.push(event)
    return () => {
      event.run = undefined
    }
  }

  function tell(line: () => string): void {
    listen?.(`${(now / 1000).toFixed(3).padStart(8)}  ${line()}`)
  }

  function boot(process: Process, start: (process: Process) => void): void {
    process.isUp = true
    process.life += 1
    tell(() => `${process.name} is up`)
    start(process)
  }

  const starts = new Map<Process, (process: Process) => void>()

  function kill(process: Process): void {
    if (!process.isUp) return
    tell(() => `${process.name} is KILLED`)
    process.isUp = false
    process.life += 1
    const callbacks = [...process.onDeath]
    process.onDeath.clear()
    for (const callback of callbacks) callback()
    after(plan.restartMs, () => {
      const start = starts.get(process)
      if (start) boot(process, start)
    })
  }

  /** Runs one event. @returns false when the run is over */
  function step(isOver: () => boolean): boolean {
    for (;;) {
      const event = isOver() ? undefined : queue.pop()
      if (!event) return false
      const { run, owner, life } = event
      if (!run || (owner && (!owner.isUp || owner.life !== life))) continue
      now = event.at
      running = owner
      run()
      return true
    }
  }

  return {
    random,
    violations: new Set(),
    now: () => now,
    after,
    sleep: (ms, owner) =>
      new Promise((resolve) => {
        after(ms, resolve, owner)
      }),
    latency: () => plan.latency(random),
    begin() {
      let hasEnded = false
      unfinished += 1
      return () => {
        if (!hasEnded) unfinished -= 1
        hasEnded = true
      }
    },
    isBusy: () => unfinished > 0,
    endFaults() {
      hasNoMoreFaults = true
    },
    faultAt(point) {
      if (hasNoMoreFaults) return undefined
      const fault = plan.faultAt(points, point, now)
      points += 1
      if (fault) tell(() => `FAULT ${fault}: ${point.process.name}, ${point.what}`)
      return fault
    },
    addProcess(name, start) {
      const clockOffsetMs = plan.clockOffsetMs(random)
      const process: Process = { name, isUp: false, life: 0, clockOffsetMs, onDeath: new Set() }
      starts.set(process, start)
      boot(process, start)
      return process
    },
    kill,
    tell,
    async run(isOver) {
      const restoreDate = replaceDate(() => epoch + now + (running?.clockOffsetMs ?? 0))
      try {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const next = () => {
          try {
            // Every promise settled by this event runs first.
            if (step(isOver)) setImmediate(next)
            else resolve()
          } catch (error) {
            reject(error)
          }
        }
        next()
        await promise
      } finally {
        restoreDate()
      }
    },
  }
}

/** Gives code that reads the date, which simulated code should not do, the clock of its process. */
function replaceDate(clock: () => number): () => void {
  const RealDate = globalThis.Date
  globalThis.Date = class extends RealDate {
    constructor(...parts: [] | [number | string]) {
      super(parts[0] ?? clock())
    }
    static override now = clock
  } as DateConstructor
  return () => {
    globalThis.Date = RealDate
  }
}
