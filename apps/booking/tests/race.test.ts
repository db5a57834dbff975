import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import { aScreening, post, problem, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

const burst = 200

/** Does the work for all items, in concurrent bursts. */
async function inBursts<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += burst)
    results.push(...(await Promise.all(items.slice(start, start + burst).map(work))))
  return results
}

describe('a rush for seats', () => {
  let booking: TestService
  beforeAll(async () => {
    const patient = { REQUEST_TIMEOUT_MS: '60000', CALL_TIMEOUT_MS: '60000' }
    booking = await startService('race', { LOG_LEVEL: 'error', ...patient })
  })
  afterAll(() => booking.stop())

  const screens = [{ name: 'Main', rows: 10, seatsPerRow: 20 }]
  const seats = Array.from(
    { length: 200 },
    (_, n) => `${'ABCDEFGHIJ'.charAt(Math.floor(n / 20))}${(n % 20) + 1}`,
  )

  it('with 10 buyers for each of 200 seats sells each seat once', async () => {
    const { input, query, movie } = aScreening(booking, { theatre: { screens } })
    // Those who want the same seat ask for it at the same time.
    const wishes = seats.flatMap((seat) => Array<string>(10).fill(seat))

    const answers = await inBursts(wishes, (seat) => post(booking.api, '/bookings', input({ seats: [seat] })))

    const sold = answers.filter(({ status }) => status === 201).map(({ body }) => (body as Booking).seats[0])
    expect(sold.sort()).toEqual(seats.toSorted())
    expect(new Set(answers.map((answer) => (answer.status === 201 ? '201' : problem(answer))))).toEqual(
      new Set(['201', '409 seats-taken']),
    )
    expect((await booking.api.get(`/screenings/seats${query}`)).body.free).toBe(0)
    const { rows } = await booking.database.query(
      `SELECT count(*)::int, count(DISTINCT seat)::int AS seats FROM bookings, unnest(seats) seat
       WHERE movie_id = $1 AND status = 'pending'`,
      [movie.id],
    )
    expect(rows).toEqual([{ count: 200, seats: 200 }])
  }, 120_000)

  it('of parties for any seats sells out before it refuses anyone', async () => {
    const { input, query } = aScreening(booking, { theatre: { screens } })
    const wishes = Array.from({ length: 120 }, () => input({ quantity: 2 }))

    const answers = await inBursts(wishes, (wish) => post(booking.api, '/bookings', wish))

    const sold = answers.filter(({ status }) => status === 201).flatMap(({ body }) => (body as Booking).seats)
    expect(sold.sort()).toEqual(seats.toSorted())
    const refused = answers.filter(({ status }) => status !== 201)
    expect(new Set(refused.map(problem))).toEqual(new Set(['409 sold-out']))
    expect((await booking.api.get(`/screenings/seats${query}`)).body.free).toBe(0)
  }, 120_000)
})
