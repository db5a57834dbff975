import type { Context } from './context.ts'
import type { ScreeningKey } from './screening.ts'
import { screeningOrder, seatMap } from './screenings.ts'

interface SeatFeed {
  /** Sends the seat map as JSON now and after every change. @returns a function that ends the subscription */
  subscribe(key: ScreeningKey, send: (map: string) => void): () => void
}

interface Screening {
  /** The followers, with the map that each was sent last. */
  followers: Map<(map: string) => void, string>
  refresh: () => void
  unwatch: () => void
}

const retryMs = 1_000

/** Reads a seat map once per change for all its followers; changes that arrive during a read share the next one. */
export function createSeatFeed(context: Context): SeatFeed {
  const screenings = new Map<string, Screening>()

  function open(key: ScreeningKey): Screening {
    const followers: Screening['followers'] = new Map()
    let isReading = false
    let isStale = false

    async function readAndSend(): Promise<void> {
      const map = JSON.stringify(await seatMap(context, key))
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
        context.events.seatMapFailed(key, error)
        setTimeout(refresh, retryMs).unref()
      } finally {
        isReading = false
      }
    }

    function refresh(): void {
      isStale = true
      if (!isReading) void bringUpToDate()
    }

    return { followers, refresh, unwatch: context.seatChanges.watch(key, refresh) }
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
