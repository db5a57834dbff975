/**
 * Buys a ticket at BASE_URL as soon as it can, and prints how long that took: `make first-ticket`, started together with
 * the system. Gives up after 30 minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Booking } from '@matinee/contracts/booking'
import type { Page } from '@matinee/contracts/common'
import type { Movie } from '@matinee/contracts/movie'
import { api, baseUrl, customer, goodCard } from '../../e2e/support/api.ts'

const giveUpMs = 30 * 60_000

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const reply = await api(method, path, body)
  if (reply.status >= 300) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`)
  return reply.body as T
}

async function buyTicket(): Promise<string> {
  const { items } = await call<Page<Movie>>('GET', '/movies')
  const shown = items.find(({ listings }) => listings.length > 0)
  const wish = { movieId: shown?.id, theatreId: shown?.listings[0]?.theatre.id, customer }
  const { id, amount, currency, reference } = await call<Booking>('POST', '/bookings', wish)
  await call('POST', '/payments', { bookingId: id, amount, currency, card: goodCard })
  await call('POST', `/bookings/${id}/confirm`)
  return reference
}

for (;;) {
  try {
    const reference = await buyTicket()
    process.stdout.write(
      `ticket ${reference} at ${baseUrl} after ${(performance.now() / 1_000).toFixed(1)} s\n`,
    )
    break
  } catch (error) {
    if (performance.now() > giveUpMs) throw error
    await sleep(100)
  }
}
