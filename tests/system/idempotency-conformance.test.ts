import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startStack } from '@matinee/local-stack/stack'
import type { Stack } from '@matinee/local-stack/stack'
import { customer, goodCard } from '../e2e/support/api.ts'

interface Sent {
  service: 'booking' | 'payment'
  path: string
  body?: object
}

interface Answer {
  status: number
  text: string
  location: string | null
  type: string | null
  /** The value of the header `Idempotency-Replayed`. */
  replayed: string | null
}

let stack: Stack
let showtime: string

async function call(method: string, service: keyof Stack['services'], path: string, body?: object) {
  const response = await fetch(stack.services[service].url + path, {
    method,
    headers: {
      Authorization: `Bearer ${stack.adminToken}`,
      ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test's view of a body
  return (await response.json()) as Record<string, any>
}

async function send({ service, path, body }: Sent, key?: string): Promise<Answer> {
  const response = await fetch(stack.services[service].url + path, {
    method: 'POST',
    headers: {
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const { status, headers } = response
  return {
    status,
    text: await response.text(),
    location: headers.get('location'),
    type: headers.get('content-type'),
    replayed: headers.get('idempotency-replayed'),
  }
}

const replayOf = (answer: Answer): Answer => ({ ...answer, replayed: 'true' })
const problemOf = ({ text }: Answer) => (JSON.parse(text) as { type: string }).type.split('/').at(-1)

/** A booking request for a new screening, whose taken seats count its bookings. */
async function wish() {
  const name = randomUUID()
  const theatre = await call('POST', 'theatre', '/theatres', {
    ...{ name, city: 'Berlin', price: { amount: 1200, currency: 'EUR' } },
    screens: [{ name: 'One', rows: 2, seatsPerRow: 10 }],
  })
  const listings = [{ theatreId: theatre.id, showtimes: [showtime] }]
  const movie = await call('POST', 'movie', '/movies', { title: name, durationMinutes: 90, listings })
  const ids = { movieId: movie.id as string, theatreId: theatre.id as string }
  return { ...ids, quantity: 1, customer: { ...customer, email: `${randomUUID()}@example.com` } }
}

async function held(): Promise<string> {
  return (await call('POST', 'booking', '/bookings', await wish())).id as string
}

function order(bookingId: string, number = goodCard.number) {
  return { bookingId, amount: 1200, currency: 'EUR', card: { ...goodCard, number } }
}

async function paid(): Promise<{ bookingId: string; paymentId: string }> {
  const bookingId = await held()
  const { id } = await call('POST', 'payment', '/payments', order(bookingId))
  return { bookingId, paymentId: id as string }
}

const statusOf = async (service: Sent['service'], path: string) =>
  (await call('GET', service, path)).status as string

interface Route {
  status: number
  /** A request that will succeed. */
  make: () => Promise<Sent>
  /** A different request, which must not reuse the key. */
  other: (request: Sent) => Promise<Sent>
  /** The effect of a request. */
  effect: (request: Sent) => Promise<unknown>
  once: unknown
}

const routes: Record<string, Route> = {
  createBooking: {
    status: 201,
    make: async () => ({ service: 'booking', path: '/bookings', body: await wish() }),
    other: (request) => Promise.resolve({ ...request, body: { ...request.body, quantity: 2 } }),
    async effect({ body }) {
      const { movieId, theatreId } = body as Awaited<ReturnType<typeof wish>>
      const query = new URLSearchParams({ movieId, theatreId, showtime }).toString()
      const { free, total } = await call('GET', 'booking', `/screenings/seats?${query}`)
      return Number(total) - Number(free)
    },
    once: 1,
  },
  confirmBooking: {
    status: 200,
    make: async () => ({ service: 'booking', path: `/bookings/${(await paid()).bookingId}/confirm` }),
    other: () => routes['confirmBooking']?.make() as Promise<Sent>,
    effect: ({ path }) => statusOf('booking', path.replace('/confirm', '')),
    once: 'confirmed',
  },
  cancelBooking: {
    status: 200,
    make: async () => ({ service: 'booking', path: `/bookings/${(await paid()).bookingId}/cancel` }),
    other: () => routes['cancelBooking']?.make() as Promise<Sent>,
    async effect({ path }) {
      const id = path.split('/')[2] ?? ''
      const { items } = await call('GET', 'payment', `/payments?bookingId=${id}`)
      return [await statusOf('booking', `/bookings/${id}`), items[0].status as string]
    },
    once: ['cancelled', 'refunded'],
  },
  createPayment: {
    status: 201,
    make: async () => ({ service: 'payment', path: '/payments', body: order(await held()) }),
    other: (request) => Promise.resolve({ ...request, body: { ...request.body, amount: 1100 } }),
    async effect({ body }) {
      const { bookingId } = body as ReturnType<typeof order>
      return (await call('GET', 'payment', `/payments?bookingId=${bookingId}`)).items.length as number
    },
    once: 1,
  },
  refundPayment: {
    status: 200,
    make: async () => ({ service: 'payment', path: `/payments/${(await paid()).paymentId}/refund` }),
    other: () => routes['refundPayment']?.make() as Promise<Sent>,
    effect: ({ path }) => statusOf('payment', path.replace('/refund', '')),
    once: 'refunded',
  },
}

beforeAll(async () => {
  stack = await startStack({
    dataDir: resolve('.data/idempotency'),
  })
  showtime = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 86_400_000).toISOString()
}, 60_000)
afterAll(() => stack.stop(), 30_000)

describe.each(Object.entries(routes))('the key of %s', (_name, { status, make, other, effect, once }) => {
  it('is missing: 400', async () => {
    const answer = await send(await make())
    expect([answer.status, problemOf(answer)]).toEqual([400, 'idempotency-key-missing'])
  })

  it.each([
    ['two words', 'two words'],
    ['an unterminated quote', '"open'],
    ['a non-ASCII letter', 'é'],
    ['256 characters', 'x'.repeat(256)],
  ])('is malformed: 400 (%s)', async (_what, key) => {
    const answer = await send(await make(), key)
    expect([answer.status, problemOf(answer)]).toEqual([400, 'idempotency-key-malformed'])
  })

  it('replays the first answer byte for byte, quoted or bare, with one effect', async () => {
    const request = await make()
    const key = randomUUID()
    const first = await send(request, key)
    expect(first).toMatchObject({ status, replayed: null })
    expect(first.location !== null).toBe(status === 201)
    expect(await send(request, key)).toEqual(replayOf(first))
    expect(await send(request, `"${key}"`)).toEqual(replayOf(first))
    expect(await effect(request)).toEqual(once)
  })

  it('does not depend on the order of fields, nor on an empty body', async () => {
    const request = await make()
    const key = randomUUID()
    const first = await send(request, key)
    const body = Object.fromEntries(Object.entries(request.body ?? {}).reverse())
    expect(await send({ ...request, body }, key)).toEqual(replayOf(first))
  })

  it('is reused for a different request: 422', async () => {
    const request = await make()
    const key = randomUUID()
    const first = await send(request, key)
    const answer = await send(await other(request), key)
    expect([answer.status, problemOf(answer)]).toEqual([422, 'idempotency-key-reused'])
    expect(await send(request, key)).toEqual(replayOf(first))
  })

  it('is used by ten concurrent requests: one effect, and one answer for all', async () => {
    const request = await make()
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(request, key)))
    const firsts = answers.filter((answer) => answer.status === status && answer.replayed === null)
    expect(firsts).toHaveLength(1)
    const [first] = firsts as [Answer]
    for (const answer of answers.filter((each) => each !== first)) {
      if (answer.status === 409) expect(problemOf(answer)).toBe('idempotency-key-in-use')
      else expect(answer).toEqual(replayOf(first))
    }
    expect(await send(request, key)).toEqual(replayOf(first))
    expect(await effect(request)).toEqual(once)
  })

  it('replays the answer after kill -9 of the service', async () => {
    const request = await make()
    const key = randomUUID()
    const first = await send(request, key)
    await stack.services[request.service].kill()
    await stack.services[request.service].restart()
    expect(await send(request, key)).toEqual(replayOf(first))
    expect(await effect(request)).toEqual(once)
  })

  it('can be used again after a failure: the database was down', async () => {
    const request = await make()
    const key = randomUUID()
    const database = stack.databases[request.service === 'booking' ? 'postgres' : 'mysql']
    await database.kill()
    const failed = await send(request, key)
    await database.restart()
    expect([failed.status, problemOf(failed)]).toEqual([503, 'store-unavailable'])
    let answer = await send(request, key)
    // The pool discovers its broken connections one by one.
    for (let tries = 0; answer.status === 503 && tries < 50; tries += 1) {
      await sleep(100)
      answer = await send(request, key)
    }
    expect(answer).toMatchObject({ status, replayed: null })
    expect(await send(request, key)).toEqual(replayOf(answer))
    expect(await effect(request)).toEqual(once)
  })
})

describe('a key', () => {
  it('is scoped to its operation', async () => {
    const key = randomUUID()
    for (const { make, status, effect, once } of Object.values(routes)) {
      const request = await make()
      expect(await send(request, key)).toMatchObject({ status, replayed: null })
      expect(await effect(request)).toEqual(once)
    }
  })

  it('can be used again after a refusal: a closed theatre, an unpaid booking, a payment under another key', async () => {
    const body = await wish()
    await call('PATCH', 'theatre', `/theatres/${body.theatreId}`, { available: false })
    const hold: Sent = { service: 'booking', path: '/bookings', body }
    const key = randomUUID()
    expect(problemOf(await send(hold, key))).toBe('theatre-not-available')
    await call('PATCH', 'theatre', `/theatres/${body.theatreId}`, { available: true })
    const opened = await send(hold, key)
    expect(opened).toMatchObject({ status: 201, replayed: null })

    const { id } = JSON.parse(opened.text) as { id: string }
    const confirm: Sent = { service: 'booking', path: `/bookings/${id}/confirm` }
    expect(problemOf(await send(confirm, key))).toBe('payment-required')
    const payment = await call('POST', 'payment', '/payments', order(id))
    const pay: Sent = { service: 'payment', path: '/payments', body: order(id) }
    expect(problemOf(await send(pay, key))).toBe('already-paid')
    await call('POST', 'payment', `/payments/${String(payment.id)}/refund`, {})
    expect(await send(pay, key)).toMatchObject({ status: 201, replayed: null })
    expect(await send(confirm, key)).toMatchObject({ status: 200, replayed: null })
  })

  it('replays a declined card, even after kill -9', async () => {
    const request: Sent = {
      service: 'payment',
      path: '/payments',
      body: order(await held(), '4000000000000002'),
    }
    const key = randomUUID()
    const first = await send(request, key)
    expect([first.status, problemOf(first), first.replayed]).toEqual([402, 'card-declined', null])
    expect(await send(request, key)).toEqual(replayOf(first))
    await stack.services.payment.kill()
    await stack.services.payment.restart()
    expect(await send(request, key)).toEqual(replayOf(first))
  })
})
