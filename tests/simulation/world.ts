import { createEventQueue } from './event-queue.ts'
import type { Event } from './event-queue.ts'
import type { Random } from './random.ts'
import type { Fault, Plan, Point } from './faults.ts'

/** Simulated time begins here, so that no clock of the real world can be taken for one of this. */
export const epoch = Date.UTC(2040, 0, 1)

/** A process: what it has in memory is gone when it dies, and what it waits for never comes. */
export interface Process {
  name: string
  isUp: boolean
  /** Counts its lives: what was meant for an earlier one is not for this one. */
  life: number
  /** How far its clock is from the true time, in ms. */
  clockOffsetMs: number
  /** What others do when it dies, such as to find their connections broken. */
  onDeath: Set<() => void>
}

/** Time, chance and fate: whatever happens in a run happens as an event of this queue. */
export interface World {
  random: Random
  /** Since the beginning, in ms. */
  now: () => number
  /** Calls back after a while; not if the process that waits for it has ended that life. @returns what prevents it */
  after(ms: number, run: () => void, owner?: Process, life?: number): () => void
  sleep(ms: number, owner: Process): Promise<void>
  /** How long something usually takes, in ms. */
  latency(): number
  /** Notes that something has begun that may still change something. @returns what notes its end */
  begin(): () => void
  /** Whether something that has begun has not ended yet. */
  isBusy(): boolean
  /** From now on nothing goes wrong any more. */
  endFaults(): void
  /** What goes wrong at this point. */
  faultAt(point: Point): Fault | undefined
  addProcess(name: string, start: (process: Process) => void): Process
  kill(process: Process): void
  /** Rules that were broken in passing, which no look at the tables can tell. */
  violations: Set<string>
  /** A line of the story; the text is only made where somebody listens. */
  tell(line: () => string): void
  /** Lets everything happen until `isOver`, which is asked after every event, or until nothing is left to happen. */
  run(isOver: () => boolean): Promise<void>
}

export function createWorld(plan: Plan, random: Random, listen?: (line: string) => void): World {
  const queue = createEventQueue()
  let now = 0
  let points = 0
  let unfinished = 0
  let isCalm = false
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
    const witnesses = [...process.onDeath]
    process.onDeath.clear()
    for (const witness of witnesses) witness()
    after(plan.restartMs, () => {
      const start = starts.get(process)
      if (start) boot(process, start)
    })
  }

  /** Lets one thing happen. @returns false when it is over */
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
      isCalm = true
    },
    faultAt(point) {
      if (isCalm) return undefined
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
      const putBack = replaceDate(() => epoch + now + (running?.clockOffsetMs ?? 0))
      try {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const next = () => {
          try {
            // Not on before every promise that this has settled has had its effect.
            if (step(isOver)) setImmediate(next)
            else resolve()
          } catch (error) {
            reject(error)
          }
        }
        next()
        await promise
      } finally {
        putBack()
      }
    },
  }
}

/** Has whoever asks for the date, which no code under simulation should, get that of its process. */
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
