import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../simulation/random.ts'
import { addScreening, baseUrl, goodCard } from '../api.ts'
import { createTraffic } from '../chaos/traffic.ts'
import type { Traffic } from '../chaos/traffic.ts'

/** Customers who buy through the public address at an even rate, and what became of their requests. */
export interface Shoppers {
  traffic: Traffic
  /** Bookings that were answered as confirmed. */
  confirmed: string[]
  /** Ends when every customer has had the last answer. */
  stop(): Promise<void>
}

/**
 * Starts customers who together send so many requests a second, open loop: a late answer holds up nobody else.
 *
 * @param insistent whether they repeat with the same key what had no answer
 */
export async function sendShoppers(perSecond: number, insistent: boolean): Promise<Shoppers> {
  const traffic = createTraffic(baseUrl)
  const ask: Traffic['send'] = (...request) =>
    insistent ? traffic.insist(...request) : traffic.send(...request)
  const { movie, theatre, showtime } = await addScreening({ rows: 26, seatsPerRow: 40 })
  const random = createRandom(Date.now())
  const confirmed: string[] = []

  /** Five requests: look, hold, pay, confirm, look. Stops at the first that has no good answer. */
  async function shop(): Promise<void> {
    await ask('GET', '/movies?limit=20')
    const customer = { name: 'Ada Lovelace', email: `${random.uuid()}@example.com` }
    const wish = { movieId: movie.id, theatreId: theatre.id, showtime, customer }
    const held = await ask('POST', '/bookings', { body: wish })
    if (held?.status !== 201) return
    const { id, amount, currency } = held.body as { id: string; amount: number; currency: string }
    const paid = await ask('POST', '/payments', { body: { bookingId: id, amount, currency, card: goodCard } })
    if (paid?.status !== 201) return
    const answer = await ask('POST', `/bookings/${id}/confirm`)
    if (answer?.status === 200) confirmed.push(id)
    await ask('GET', `/bookings/${id}`)
  }

  const over = new AbortController()
  const visits = new Set<Promise<void>>()
  async function arrive(): Promise<void> {
    while (!over.signal.aborted) {
      const visit = shop().finally(() => visits.delete(visit))
      visits.add(visit)
      await sleep(5_000 / perSecond, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const arrivals = arrive()
  return {
    traffic,
    confirmed,
    async stop() {
      over.abort()
      await arrivals
      await Promise.all(visits)
    },
  }
}
