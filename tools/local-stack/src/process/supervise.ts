import { setTimeout as sleep } from 'node:timers/promises'
import { startProcess, type Command, type RunningProcess } from './process.ts'

const STARTS_WITHIN_MS = 60_000
const STOPS_WITHIN_MS = 15_000

interface Supervision {
  name: string
  command: Command
  /** Rejects until the program answers. */
  ping: () => Promise<void>
  stopSignal: NodeJS.Signals
  onLine: (line: string) => void
  /** Called with each new process, before the first ping. */
  onSpawn?: (pid: number) => Promise<void>
  /** Called when it exits without stop() or kill(). */
  onExit: (how: string) => void
}

interface Supervised {
  readonly pid: number | undefined
  /** Resolves when the program answers; throws when it exits first or takes longer than a minute. */
  start: () => Promise<void>
  stop: () => Promise<void>
  /** Sends SIGKILL; resolves when the process is gone. */
  kill: () => Promise<void>
}

/** Starts, watches and stops a server program. */
export function supervise(supervision: Supervision): Supervised {
  const { name, command, ping, stopSignal, onLine, onSpawn, onExit } = supervision
  let running: RunningProcess | undefined

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = running
    running = undefined
    await ending?.stop(signal, STOPS_WITHIN_MS)
  }

  return {
    get pid() {
      return running?.pid
    },
    async start() {
      const started = (running = await startProcess(command, onLine))
      const over = new AbortController()
      void started.ended.then((ending) => {
        over.abort(new Error(`${name} ended with ${ending} before it answered`))
      })
      try {
        await onSpawn?.(started.pid)
        await untilItAnswers(ping, over.signal)
      } catch (error) {
        await end('SIGKILL')
        throw error
      }
      void started.ended.then((ending) => {
        if (running === started) onExit(`ended with ${ending}`)
      })
    },
    stop: () => end(stopSignal),
    kill: () => end('SIGKILL'),
  }
}

/** Pings until it succeeds; throws the reason of `over` when that aborts, or the last failure after a minute. */
export async function untilItAnswers(ping: () => Promise<void>, over?: AbortSignal): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS
  for (;;) {
    try {
      await ping()
      over?.throwIfAborted()
      return
    } catch (error) {
      over?.throwIfAborted()
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

/** Waits for several parts to start; when one fails, stops the others and throws. */
export async function startTogether<T extends { stop: () => Promise<void> }>(
  starting: Promise<T>[],
): Promise<T[]> {
  try {
    return await Promise.all(starting)
  } catch (error) {
    for (const result of await Promise.allSettled(starting))
      if (result.status === 'fulfilled') await result.value.stop()
    throw error
  }
}
