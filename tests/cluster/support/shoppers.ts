import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../simulation/random.ts'
import { ownAddress } from '../../e2e/support/address.ts'
import { addScreening, baseUrl, goodCard } from '../../e2e/support/api.ts'
import { createTraffic } from '../../tools/chaos/traffic.ts'
import type { Traffic } from '../../tools/chaos/traffic.ts'

/** Customers who buy through the public address at a constant rate, and the outcomes of their requests. */
interface Shoppers {
  traffic: Traffic
  /** Ids of the bookings that were acknowledged as confirmed. */
  confirmed: string[]
  /** Unexpected answers. */
  surprises: string[]
  /** Lets no more customers arrive; resolves once all have finished. */
  stop(): Promise<void>
}

/**
 * Starts customers who together send `perSecond` requests a second, in an open loop: a late answer delays nobody else.
 *
 * @param insistent whether they retry unanswered requests, with the same key
 */
export async function sendShoppers(perSecond: number, insistent: boolean): Promise<Shoppers> {
  const traffic = createTraffic(baseUrl)
  const { movie, theatre, showtime } = await addScreening({ rows: 26, seatsPerRow: 40 })
  const random = createRandom(Date.now())
  const confirmed: string[] = []
  const surprises: string[] = []

  /** Five requests: list, hold, pay, confirm, read. Stops if the hold or the payment fails. */
  async function shop(): Promise<void> {
    const headers = ownAddress()

    /** The body of the answer, if it has the expected status. */
    async function ask(status: number, method: string, path: string, body?: object): Promise<unknown> {
      const request = [method, path, { headers, ...(body && { body }) }] as const
      const reply = await (insistent ? traffic.insist(...request) : traffic.send(...request))
      if (reply && reply.status !== status) surprises.push(`${method} ${path}: ${reply.status} ${reply.text}`)
      return reply?.status === status ? reply.body : undefined
    }

    await ask(200, 'GET', '/movies?limit=20')
    const customer = { name: 'Ada Lovelace', email: `${random.uuid()}@example.com` }
    const wish = { movieId: movie.id, theatreId: theatre.id, showtime, customer }
    const held = await ask(201, 'POST', '/bookings', wish)
    if (!held) return
    const { id, amount, currency } = held as { id: string; amount: number; currency: string }
    const payment = { bookingId: id, amount, currency, card: goodCard }
    if (!(await ask(201, 'POST', '/payments', payment))) return
    if (await ask(200, 'POST', `/bookings/${id}/confirm`)) confirmed.push(id)
    await ask(200, 'GET', `/bookings/${id}`)
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
    surprises,
    async stop() {
      over.abort()
      await arrivals
      await Promise.all(visits)
    },
  }
}
