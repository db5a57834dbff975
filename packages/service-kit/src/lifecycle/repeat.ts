import { setTimeout as sleep } from 'node:timers/promises'
import type { Kit, Part } from './service.ts'

export interface RepeatOptions {
  /** From the end of one turn to the begin of the next, in ms; a tenth of it after a failure. */
  everyMs: number
  work: () => Promise<void>
  onFailure: (error: unknown) => void
}

/** Background work, done again and again from the start of the service; a stop waits for the turn that is running. */
export function repeat(
  { stopping }: Pick<Kit, 'stopping'>,
  { everyMs, work, onFailure }: RepeatOptions,
): Part {
  async function turn(): Promise<number> {
    try {
      await work()
      return everyMs
    } catch (error) {
      onFailure(error)
      return everyMs / 10
    }
  }

  async function run(): Promise<void> {
    while (!stopping.aborted) {
      const pause = await turn()
      // Ends early, and in an error, only when the service stops.
      await sleep(pause, undefined, { signal: stopping }).catch(() => undefined)
    }
  }

  let running: Promise<void> | undefined
  return {
    start() {
      running = run()
      return Promise.resolve()
    },
    stop: async () => running,
  }
}
