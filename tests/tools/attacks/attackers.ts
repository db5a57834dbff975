import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { goodCard } from '../../e2e/support/api.ts'
import type { Wish } from '../chaos/customers.ts'

/** What attackers go for. */
export interface Target {
  /** Of the public port. */
  url: string
  /** A house whose seats attackers hoard and watch. */
  house: Wish
}

/** One attack, from one address, until `over`. */
type Attack = (attacker: Attacker, over: AbortSignal) => Promise<void>

const slowCard = { ...goodCard, number: '4000000000000341' }
const declinedCard = { ...goodCard, number: '4000000000000002' }

/** An address, and what it can send. It does not care for the answers. */
export function createAttacker({ url, house }: Target, address: string) {
  const dispatcher = new Agent({ connections: 200 })
  const origin = new URL(url)
  const headers = { 'x-forwarded-for': address }

  return {
    house,

    /** Sends a request and reads its answer to the end. */
    async send(method: 'GET' | 'POST', path: string, body?: unknown, more?: Record<string, string>) {
      const answer = await request(`${url}${path}`, {
        dispatcher,
        method,
        headers: {
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
          ...more,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => undefined)
      await answer?.body.dump().catch(() => undefined)
    },

    /** Writes a request of its own making, and reads at most one chunk of the answer before `ms` have passed. */
    async raw(head: string[], ms: number) {
      const socket = connect({ host: origin.hostname, port: Number(origin.port) })
      socket.on('error', () => undefined)
      socket.write(`${[...head, `X-Forwarded-For: ${address}`].join('\r\n')}\r\n\r\n`)
      // A slow reader: the first chunk fills the buffers, and the rest stays with the server.
      await once(socket, 'data', { signal: AbortSignal.timeout(ms) }).catch(() => undefined)
      socket.pause()
      await sleep(ms)
      socket.destroy()
    },

    /** Opens an event stream for `ms`. */
    async watch(ms: number) {
      const { movieId, theatreId, showtime } = house
      const query = new URLSearchParams({ movieId, theatreId, showtime }).toString()
      const signal = AbortSignal.timeout(ms)
      const answer = await request(`${url}/api/screenings/seats/events?${query}`, {
        dispatcher,
        headers,
        signal,
      }).catch(() => undefined)
      await answer?.body.dump().catch(() => undefined)
    },

    close: () => dispatcher.destroy(),
  }
}
type Attacker = ReturnType<typeof createAttacker>

/** Begins `perSecond` pieces of an attack a second; at most `atOnce` are under way. */
async function begin(
  over: AbortSignal,
  perSecond: number,
  atOnce: number,
  piece: () => Promise<unknown>,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  while (!over.aborted) {
    if (underWay.size < atOnce) {
      const one = piece().finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await sleep(1_000 / perSecond)
  }
  await Promise.all(underWay)
}

function pay(card: object) {
  return { bookingId: randomUUID(), amount: 1200, currency: 'EUR', card }
}

const tricks = [
  'GET http://other.example/api/movies HTTP/1.1',
  'GET ab://x/api/movies HTTP/1.1',
  'GET /api/../livez HTTP/1.1',
  'GET /api/%2e%2e/payments?unsettled=true HTTP/1.1',
  'POST /api/payments HTTP/1.1',
]

/** Every attack of docs/security.md, by name. */
export const attacks: Record<string, Attack> = {
  'slow cards': (attacker, over) =>
    begin(over, 20, 110, () => attacker.send('POST', '/api/payments', pay(slowCard))),

  'card testing': (attacker, over) =>
    begin(over, 20, 20, () => attacker.send('POST', '/api/payments', pay(declinedCard))),

  'event streams': (attacker, over) => begin(over, 50, 500, () => attacker.watch(10_000)),

  'seat hoarding': (attacker, over) =>
    begin(over, 10, 20, () =>
      attacker.send('POST', '/api/bookings', {
        movieId: attacker.house.movieId,
        theatreId: attacker.house.theatreId,
        showtime: attacker.house.showtime,
        quantity: 8,
        customer: { name: 'Mallory', email: `me+${randomUUID()}@example.com` },
      }),
    ),

  'slow readers': (attacker, over) =>
    begin(over, 22, 200, () =>
      attacker.raw(['GET /api/movies?limit=100 HTTP/1.1', 'Host: localhost'], 8_000),
    ),

  'token guessing': (attacker, over) =>
    begin(over, 20, 20, () =>
      attacker.send('POST', '/api/theatres', {}, { authorization: `Bearer ${randomUUID()}` }),
    ),

  'path tricks': (attacker, over) =>
    begin(over, 10, 50, async () => {
      const trick = tricks[Math.floor(Math.random() * tricks.length)] ?? ''
      await attacker.raw([trick, 'Host: localhost', 'Host: other.example', 'X-Deadline-Ms: 0'], 100)
    }),

  'huge errors': (attacker, over) => {
    const unknown = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`x${n}`, 1]))
    return begin(over, 10, 20, () => attacker.send('POST', '/api/bookings', unknown))
  },

  'the system page': (attacker, over) => begin(over, 20, 20, () => attacker.send('GET', '/system')),
}
