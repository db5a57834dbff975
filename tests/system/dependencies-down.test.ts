import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { startStack } from '@matinee/local-stack/stack'
import type { Stack } from '@matinee/local-stack/stack'
import type { Service } from '@matinee/local-stack/services'
import { customer, goodCard } from '../e2e/support/api.ts'

describe('a service that is down', () => {
  let stack: Stack
  let screening: { movieId: string; theatreId: string }

  /** Calls a service on its own port, and measures the response time in ms. */
  async function call(service: Service, method: string, path: string, body?: unknown) {
    const started = performance.now()
    const response = await fetch(service.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${stack.adminToken}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test's view of a body
    const json = (await response.json()) as any
    return { status: response.status, body: json, ms: performance.now() - started }
  }

  async function without(service: Service, work: () => Promise<void>): Promise<void> {
    await service.kill()
    try {
      await work()
    } finally {
      await service.restart()
    }
  }

  beforeAll(async () => {
    stack = await startStack({
      dataDir: resolve('.data/down'),
      durable: false,
    })
    const { theatre, movie } = stack.services
    const { body: aTheatre } = await call(theatre, 'POST', '/theatres', {
      name: 'Roxy',
      city: 'Berlin',
      price: { amount: 1200, currency: 'EUR' },
      screens: [{ name: 'One', rows: 3, seatsPerRow: 10 }],
    })
    const { body: aMovie } = await call(movie, 'POST', '/movies', { title: 'A', durationMinutes: 90 })
    screening = { movieId: aMovie.id, theatreId: aTheatre.id }
  }, 60_000)
  afterAll(() => stack.stop())

  it('theatre: adding a movie fails with 503 within 2 s, and adds none', async () => {
    const { movie, theatre } = stack.services
    await without(theatre, async () => {
      const added = await call(movie, 'POST', '/movies', { title: 'B', durationMinutes: 90 })
      expect(added.body).toMatchObject({
        status: 503,
        type: 'https://matinee.dev/problems/dependency-unavailable',
      })
      expect(added.ms).toBeLessThan(2_000)
    })
    const { body: movies } = await call(movie, 'GET', '/movies?q=B')
    expect(movies.items).toEqual([])
  })

  it('movie: booking fails with 503 within 2 s, and holds no seat', async () => {
    const { booking, movie } = stack.services
    const { body: listed } = await call(movie, 'GET', `/movies/${screening.movieId}`)
    const showtime = listed.listings[0].showtimes[0] as string
    await without(movie, async () => {
      const held = await call(booking, 'POST', '/bookings', { ...screening, seats: ['A1'], customer })
      expect(held.body).toMatchObject({
        status: 503,
        type: 'https://matinee.dev/problems/dependency-unavailable',
      })
      expect(held.ms).toBeLessThan(2_000)
    })
    const query = new URLSearchParams({ ...screening, showtime }).toString()
    const { body: seatMap } = await call(booking, 'GET', `/screenings/seats?${query}`)
    expect(seatMap).toMatchObject({ free: 30, total: 30 })
  })

  it('payment: confirming fails with 503 within 2 s, changes nothing, and succeeds once payment is back', async () => {
    const { booking, payment } = stack.services
    const { body: held } = await call(booking, 'POST', '/bookings', { ...screening, customer })
    const paid = await call(payment, 'POST', '/payments', {
      bookingId: held.id,
      amount: held.amount,
      currency: held.currency,
      card: goodCard,
    })
    expect(paid.status).toBe(201)
    await without(payment, async () => {
      const confirmed = await call(booking, 'POST', `/bookings/${String(held.id)}/confirm`)
      expect(confirmed.body).toMatchObject({
        status: 503,
        type: 'https://matinee.dev/problems/dependency-unavailable',
      })
      expect(confirmed.ms).toBeLessThan(2_000)
      expect((await call(booking, 'GET', `/bookings/${String(held.id)}`)).body).toEqual(held)
    })
    const confirmed = await call(booking, 'POST', `/bookings/${String(held.id)}/confirm`)
    expect(confirmed).toMatchObject({ status: 200, body: { status: 'confirmed', paymentId: paid.body.id } })
  })
})
