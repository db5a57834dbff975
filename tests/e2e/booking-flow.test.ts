import { describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { addScreening, api, baseUrl, customer, goodCard } from './support/api.ts'

const aCustomer = () => ({ ...customer, email: `${randomUUID()}@example.com` })

describe('the main flow', () => {
  it('holds, pays, confirms and cancels, and updates seats and payment', async () => {
    const { theatre, movie, showtime } = await addScreening()
    const seatMap = `/screenings/seats?movieId=${movie.id}&theatreId=${theatre.id}&showtime=${showtime}`

    const held = await api('POST', '/bookings', {
      movieId: movie.id,
      theatreId: theatre.id,
      seats: ['C4', 'C5'],
      customer: aCustomer(),
    })
    expect(held.status).toBe(201)
    expect(held.headers.get('location')).toBe(`/api/bookings/${String(held.body.id)}`)
    expect(held.body).toMatchObject({
      status: 'pending',
      seats: ['C4', 'C5'],
      amount: 2400,
      currency: 'EUR',
      showtime,
    })
    expect((await api('GET', seatMap)).body).toMatchObject({ free: 38, total: 40 })

    const unpaid = await api('POST', `/bookings/${String(held.body.id)}/confirm`)
    expect(unpaid.status).toBe(402)

    const paid = await api('POST', '/payments', {
      bookingId: held.body.id as string,
      amount: 2400,
      currency: 'EUR',
      card: goodCard,
    })
    expect(paid.status).toBe(201)
    expect(paid.body).toMatchObject({ status: 'captured', card: { last4: '4242' } })

    const confirmed = await api('POST', `/bookings/${String(held.body.id)}/confirm`)
    expect(confirmed.status).toBe(200)
    expect(confirmed.body).toMatchObject({ status: 'confirmed', paymentId: paid.body.id })

    const cancelled = await api('POST', `/bookings/${String(held.body.id)}/cancel`)
    expect(cancelled.body).toMatchObject({ status: 'cancelled', refund: 'done' })
    expect((await api('GET', `/payments/${String(paid.body.id)}`)).body).toMatchObject({ status: 'refunded' })
    expect((await api('GET', seatMap)).body).toMatchObject({ free: 40, total: 40 })
  })

  it('sells each seat once, with 20 buyers for each of 200 seats', async () => {
    const { theatre, movie } = await addScreening({ rows: 10, seatsPerRow: 20 })
    const seats = Array.from(
      { length: 200 },
      (_, n) => `${'ABCDEFGHIJ'[Math.floor(n / 20)] ?? ''}${String((n % 20) + 1)}`,
    )
    const wishes = Array.from({ length: 20 }, () => seats).flat()
    const winners = new Map<string, number>()
    const statuses = new Map<number, number>()
    while (wishes.length > 0) {
      const burst = wishes.splice(0, 100).map(async (seat) => {
        const wish = {
          movieId: movie.id,
          theatreId: theatre.id,
          seats: [seat],
          customer: aCustomer(),
        }
        const key = { 'Idempotency-Key': randomUUID() }
        const hold = () => api('POST', '/bookings', wish, key)
        // A port mapping may drop connections under load: those without an answer retry with the same key.
        const { status } = await hold().catch(hold).catch(hold)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 201) winners.set(seat, (winners.get(seat) ?? 0) + 1)
      })
      await Promise.all(burst)
    }
    expect(Object.fromEntries(statuses)).toEqual({ 201: 200, 409: 3800 })
    expect([...winners.values()]).toEqual(Array(200).fill(1))
  }, 360_000)

  it('exposes no internal endpoint', async () => {
    for (const path of [
      '/payments',
      '/livez',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/docs',
      `/payments/${randomUUID()}/refund`,
    ]) {
      const { status } = await api('GET', path)
      expect([path, status]).toEqual([path, 404])
    }
    expect((await fetch(`${baseUrl}/metrics`)).status).toBe(404)
  })
})
