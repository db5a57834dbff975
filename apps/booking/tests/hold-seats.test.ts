import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { aScreening, holdAtOnce, inHours, newObjectId, post, problem, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('POST /bookings', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('hold_seats')
  })
  afterAll(() => booking.stop())

  const hold = (input: object, key?: string) => post(booking.api, '/bookings', input, key)
  const countBookings = async () => (await booking.database.query('SELECT FROM bookings')).rowCount

  it('holds the requested seats', async () => {
    const { input, movie, theatre, showtime } = aScreening(booking)
    const wish = input({ seats: ['C8', 'C7'] })

    const held = await hold(wish)

    expect(held.status).toBe(201)
    expect(held.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      reference: expect.stringMatching(/^[A-HJKMNP-Z2-9]{8}$/),
      status: 'pending',
      movie: { id: movie.id, title: 'Metropolis' },
      theatre: { id: theatre.id, name: 'Roxy', city: 'Berlin' },
      screen: 'Main',
      showtime,
      seats: ['C7', 'C8'],
      amount: 2400,
      currency: 'EUR',
      customer: wish.customer,
      expiresAt: expect.any(String),
      createdAt: expect.any(String),
      updatedAt: held.body.createdAt,
    })
    expect(Date.parse(held.body.expiresAt) - Date.parse(held.body.createdAt)).toBe(300_000)
    expect(held.headers.location).toBe(`/bookings/${held.body.id}`)
    expect((await booking.api.get(`/bookings/${held.body.id}`)).body).toEqual(held.body)
    expect(booking.logs.lines).toContainEqual(
      expect.objectContaining({
        message: 'seats held',
        bookingId: held.body.id,
        requestId: held.headers['x-request-id'],
      }),
    )
    expect(await booking.metrics()).toMatch(/matinee_bookings_held_total\{service="booking"\} \d/)
  })

  it('defaults to the next showtime and the best seat', async () => {
    const { input } = aScreening(booking, { showtimes: [inHours(48), inHours(-1), inHours(2)] })

    const held = await hold(input({ showtime: undefined }))

    expect(held.body).toMatchObject({ showtime: inHours(2), seats: ['D4'], amount: 1200 })
  })

  it('seats a party together, or apart when no row has room', async () => {
    const screens = [{ name: 'Tiny', rows: 2, seatsPerRow: 3 }]
    const { input } = aScreening(booking, { theatre: { screens } })

    expect((await hold(input({ quantity: 2 }))).body.seats).toEqual(['B1', 'B2'])
    expect((await hold(input({ seats: ['A2'] }))).status).toBe(201)
    expect((await hold(input({ quantity: 3 }))).body.seats).toEqual(['A1', 'A3', 'B3'])
    expect(problem(await hold(input()))).toBe('409 sold-out')
  })

  it('holds nothing when a seat is taken, and names the taken ones', async () => {
    const { input, query } = aScreening(booking)
    await hold(input({ seats: ['B2', 'B3'] }))

    const refused = await hold(input({ seats: ['B4', 'B3', 'B2'] }))

    expect(problem(refused)).toBe('409 seats-taken')
    expect(refused.body.seats).toEqual(['B2', 'B3'])
    expect((await booking.api.get(`/screenings/seats${query}`)).body.free).toBe(38)
  })

  it('frees the seats of an expired hold, swept or not', async () => {
    const { input } = aScreening(booking)
    const first = await hold(input({ seats: ['A1', 'A2'] }))
    await booking.passTime([first.body.id], 300)

    expect((await hold(input({ seats: ['A2', 'A3'] }))).status).toBe(201)
    expect((await booking.api.get(`/bookings/${first.body.id}`)).body.status).toBe('expired')
  })

  it('limits a customer to six holds, ignoring case, also under concurrency', async () => {
    const { input } = aScreening(booking)
    const customer = { name: 'Ada', email: 'Ada.Many@Example.org' }
    const { body: other } = await hold(input({ seats: ['B1'] }))
    const seats = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8']
    const answers = await holdAtOnce(booking, other.id, seats, (seat) =>
      hold(input({ customer, seats: [seat] })),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 201, 429, 429])
    const refused = await hold(input({ customer: { name: 'Ada', email: 'ada.many@example.org' } }))
    expect(problem(refused)).toBe('429 too-many-holds')
    expect(refused.headers['retry-after']).toMatch(/^\d+$/)
    const ids = answers.flatMap(({ status, body }) => (status === 201 ? [String(body.id)] : []))
    await booking.passTime(ids.slice(0, 1), 300)
    expect((await hold(input({ customer }))).status).toBe(201)
  })

  it('uses the seat plan of the first hold', async () => {
    const { input, theatre } = aScreening(booking)
    await hold(input({ seats: ['E8'] }))
    theatre.screens = [{ name: 'Main', rows: 1, seatsPerRow: 1 }]
    theatre.price = { amount: 900, currency: 'EUR' }

    expect((await hold(input({ seats: ['E7'] }))).body).toMatchObject({ screen: 'Main', amount: 900 })
  })

  it.each([
    ['an unknown movie', { movieId: 'f'.repeat(24) }, '422 movie-not-found'],
    ['an unknown theatre', { theatreId: 'f'.repeat(24) }, '422 theatre-not-found'],
    ['another showtime', { showtime: inHours(999) }, '422 showtime-not-found'],
    ['a seat beyond the row', { seats: ['A1', 'A9'] }, '422 seat-not-found'],
    ['a seat with a malformed name', { seats: ['a1'] }, '422 seat-not-found'],
    ['a seat with a leading zero', { seats: ['A01'] }, '422 seat-not-found'],
    ['a seat with an endless name', { seats: [`A${'0'.repeat(1_000)}1`] }, '422 seat-not-found'],
    ['seats and a quantity that disagree', { seats: ['A1'], quantity: 2 }, '422 validation-failed'],
    ['nine seats', { quantity: 9 }, '422 validation-failed'],
    ['a seat twice', { seats: ['A1', 'A1'] }, '422 validation-failed'],
    ['an unknown field', { seat: 'A1' }, '422 validation-failed'],
  ])('refuses %s', async (_what, fields, expected) => {
    const { input } = aScreening(booking)
    const before = await countBookings()

    expect(problem(await hold(input(fields)))).toBe(expected)
    expect(await countBookings()).toBe(before)
  })

  it('refuses a past showtime, by the clock of the database', async () => {
    const { input, showtime } = aScreening(booking, { showtimes: [inHours(-1)] })

    expect(problem(await hold(input({ showtime })))).toBe('422 showtime-passed')
    expect(problem(await hold(input({ showtime: undefined })))).toBe('422 showtime-not-found')
  })

  it('refuses a closed theatre, and a movie that is not listed there', async () => {
    const closed = aScreening(booking, { theatre: { available: false } })
    const other = aScreening(booking)

    expect(problem(await hold(closed.input()))).toBe('422 theatre-not-available')
    expect(problem(await hold(other.input({ movieId: closed.movie.id })))).toBe('422 not-listed')
    expect(problem(await hold(other.input({ movieId: newObjectId() })))).toBe('422 movie-not-found')
  })
})

describe('POST /bookings while a service is broken', () => {
  it.each([
    ['movies', 'down', 'reset', '503 dependency-unavailable'],
    ['movies', 'failing', problemAnswer(500, 'internal-error'), '503 dependency-unavailable'],
    ['movies', 'slow', 'hang', '504 dependency-timeout'],
    ['movies', 'talking garbage', { status: 200, text: '<html>' }, '503 dependency-unavailable'],
    ['theatres', 'down', 'reset', '503 dependency-unavailable'],
    ['theatres', 'talking nonsense', { status: 200, body: { id: 5 } }, '503 dependency-unavailable'],
    ['theatres', 'refusing', problemAnswer(429, 'too-many-requests'), '503 dependency-unavailable'],
  ] as const)('holds nothing when %s is %s', async (which, _how, broken, expected) => {
    const booking = await startService('hold_broken', { CALL_TIMEOUT_MS: '1000' })
    try {
      const { input } = aScreening(booking)
      booking[which].state.broken = broken

      const answer = await post(booking.api, '/bookings', input())

      expect(problem(answer)).toBe(expected)
      if (answer.status === 503) expect(answer.headers['retry-after']).toMatch(/^\d+$/)
      expect((await booking.database.query('SELECT FROM bookings')).rowCount).toBe(0)
      booking[which].state.broken = undefined
      expect((await post(booking.api, '/bookings', input())).status).toBe(201)
    } finally {
      await booking.stop()
    }
  })
})
