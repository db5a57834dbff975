import type { SeatMap } from '@matinee/contracts/booking'
import type { Logger } from '@matinee/service-kit/observe/logger'
import type { SeatChanges } from '../data/seat-changes.ts'
import type { ScreeningKey } from './context.ts'
import { screeningOrder } from './screenings.ts'

export interface SeatFeed {
  /** Sends the seat map as JSON at once, and again whenever it has changed. @returns what ends it */
  subscribe(key: ScreeningKey, send: (map: string) => void): () => void
}

interface Screening {
  /** What each follower was sent last. */
  followers: Map<(map: string) => void, string>
  refresh: () => void
  unwatch: () => void
}

const retryMs = 1_000

/** Reads a seat map once a change for all who follow it; changes that come while it reads are one more reading. */
export function createSeatFeed(
  read: (key: ScreeningKey) => Promise<SeatMap>,
  changes: SeatChanges,
  logger: Logger,
): SeatFeed {
  const screenings = new Map<string, Screening>()

  function open(key: ScreeningKey): Screening {
    const followers: Screening['followers'] = new Map()
    let isReading = false
    let isStale = false

    async function readAndSend(): Promise<void> {
      const map = JSON.stringify(await read(key))
      for (const [send, last] of followers) {
        if (last === map) continue
        followers.set(send, map)
        send(map)
      }
    }

    async function bringUpToDate(): Promise<void> {
      isReading = true
      try {
        while (isStale && followers.size > 0) {
          isStale = false
          await readAndSend()
        }
      } catch (error) {
        logger.warn('the seat map cannot be read', { ...key, error })
        setTimeout(refresh, retryMs).unref()
      } finally {
        isReading = false
      }
    }

    function refresh(): void {
      isStale = true
      if (!isReading) void bringUpToDate()
    }

    return { followers, refresh, unwatch: changes.watch(key, refresh) }
  }

  return {
    subscribe(key, send) {
      const name = screeningOrder(key)
      const screening = screenings.get(name) ?? open(key)
      screenings.set(name, screening)
      screening.followers.set(send, '')
      screening.refresh()
      return () => {
        screening.followers.delete(send)
        if (screening.followers.size > 0) return
        screening.unwatch()
        if (screenings.get(name) === screening) screenings.delete(name)
      }
    },
  }
}
