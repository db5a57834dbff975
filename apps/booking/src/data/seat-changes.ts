import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Kit, Part } from '@matinee/service-kit/lifecycle/service'
import type { SeatChanges } from '../domain/context.ts'
import type { ScreeningKey } from '../domain/screening.ts'

/** The name of a screening in the notices of the trigger `notify_seats`. */
function topic({ movieId, theatreId, showtime }: ScreeningKey): string {
  return `${movieId} ${theatreId} ${(Date.parse(showtime) / 1000).toFixed(3)}`
}

/** Listens to PostgreSQL's notices over one connection per replica, which it opens again when it breaks. */
export function createSeatChanges(url: string, { logger, stopping }: Kit): Part & SeatChanges {
  const watchers = new Map<string, Set<() => void>>()
  let listening: Promise<void> | undefined

  function notify(callbacks: Iterable<() => void> = []): void {
    for (const callback of callbacks) callback()
  }

  /** Listens until the connection breaks or the service stops; a query now and then finds a connection that is dead. */
  async function listen(): Promise<void> {
    const broken = new AbortController()
    const client = new Client({
      connectionString: url,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
      keepAlive: true,
    })
    client
      .on('notification', ({ payload = '' }) => {
        notify(watchers.get(payload))
      })
      .on('error', (error) => {
        logger.warn('the connection for seat changes broke', { error })
      })
      .on('end', () => {
        broken.abort()
      })
    try {
      await client.connect()
      await client.query('LISTEN seats')
      notify([...watchers.values()].flatMap((callbacks) => [...callbacks]))
      const signal = AbortSignal.any([stopping, broken.signal])
      for (;;) {
        await pause(5_000, signal)
        if (signal.aborted) return
        await client.query('SELECT 1')
      }
    } finally {
      await client.end()
    }
  }

  async function keepListening(): Promise<void> {
    while (!stopping.aborted) {
      await listen().catch((error: unknown) => {
        logger.warn('cannot listen for seat changes', { error })
      })
      await pause(500, stopping)
    }
  }

  return {
    watch(key, onChange) {
      const name = topic(key)
      const callbacks = watchers.get(name) ?? new Set()
      watchers.set(name, callbacks.add(onChange))
      return () => {
        callbacks.delete(onChange)
        if (callbacks.size === 0 && watchers.get(name) === callbacks) watchers.delete(name)
      }
    },
    start() {
      listening = keepListening()
      return Promise.resolve()
    },
    async stop() {
      await listening
    },
  }
}

/** Ends early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}
