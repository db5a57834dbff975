import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from '@matinee/contracts/common'
import type { Booking, Screening, SeatMap } from '@matinee/contracts/booking'
import { aScreening, inHours, newObjectId, post, problem, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('the screenings', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('screenings', { CALL_TIMEOUT_MS: '1000' })
  })
  afterAll(() => booking.stop())

  async function book(screening: ReturnType<typeof aScreening>, seats: string[], paid = false) {
    const held = (await post(booking.api, '/bookings', screening.input({ seats }))).body as Booking
    if (!paid) return held
    booking.payment.capture(held)
    return (await post(booking.api, `/bookings/${held.id}/confirm`)).body as Booking
  }
  const list = async (query: string) =>
    (await booking.api.get(`/screenings?${query}`)).body as Page<Screening>
  const statuses = ({ rows }: SeatMap) =>
    Object.fromEntries(
      rows.flatMap(({ seats }) =>
        seats.filter(({ status }) => status !== 'free').map(({ seat, status }) => [seat, status]),
      ),
    )

  it('are listed in order, with their free seats', async () => {
    const screening = aScreening(booking, { showtimes: [inHours(24), inHours(12), inHours(-2)] })
    const expired = await book(screening, ['A4'])
    await book(screening, ['A1'])
    await book(screening, ['A2', 'A3'], true)
    await booking.passTime([expired.id], 300)
    const common = { movieId: screening.movie.id, theatreId: screening.theatre.id, screen: 'Main', total: 40 }
    const [past, soon, later] = [
      { ...common, showtime: inHours(-2), free: 40 },
      { ...common, showtime: inHours(12), free: 40 },
      { ...common, showtime: inHours(24), free: 37 },
    ]

    expect(await list(`movieId=${screening.movie.id}`)).toEqual({ items: [soon, later], next: null })
    expect((await list(`theatreId=${screening.theatre.id}&to=${inHours(13)}`)).items).toEqual([soon])
    expect((await list(`theatreId=${screening.theatre.id}&from=${inHours(-3)}`)).items).toEqual([
      past,
      soon,
      later,
    ])
    expect((await list(`movieId=${newObjectId()}`)).items).toEqual([])
  })

  it('are listed page by page', async () => {
    const showtimes = [inHours(10), inHours(11), inHours(12)]
    const { movie } = aScreening(booking, { showtimes })
    const first = await list(`movieId=${movie.id}&limit=2`)
    const second = await list(`movieId=${movie.id}&limit=2&after=${String(first.next)}`)

    expect([...first.items, ...second.items].map(({ showtime }) => showtime)).toEqual(showtimes)
    expect(second.next).toBeNull()
    expect((await list('limit=100')).items.length).toBeGreaterThan(3)
    expect(problem(await booking.api.get('/screenings?after=x'))).toBe('400 invalid-parameter')
  })

  it('have a seat map with held and sold seats', async () => {
    const screens = [{ name: 'Tiny', rows: 2, seatsPerRow: 2 }]
    const screening = aScreening(booking, { theatre: { screens } })
    const before = await booking.api.get(`/screenings/seats${screening.query}`)
    await book(screening, ['A1'])
    await book(screening, ['B2'], true)

    const after = await booking.api.get(`/screenings/seats${screening.query}`)

    expect(before.body).toMatchObject({ free: 4, total: 4 })
    expect(after.body).toEqual({
      screening: {
        movieId: screening.movie.id,
        theatreId: screening.theatre.id,
        screen: 'Tiny',
        showtime: screening.showtime,
      },
      rows: [
        {
          row: 'A',
          seats: [
            { seat: 'A1', status: 'held' },
            { seat: 'A2', status: 'free' },
          ],
        },
        {
          row: 'B',
          seats: [
            { seat: 'B1', status: 'free' },
            { seat: 'B2', status: 'sold' },
          ],
        },
      ],
      free: 2,
      total: 4,
    })
  })

  it('keep their seat map when the movie and the theatre are deleted', async () => {
    const screening = aScreening(booking)
    await book(screening, ['A1'], true)
    booking.movies.items.length = 0
    booking.theatres.items.length = 0

    const map = await booking.api.get(`/screenings/seats${screening.query}`)

    expect(statuses(map.body as SeatMap)).toEqual({ A1: 'sold' })
  })

  it.each(['movieId', 'theatreId', 'showtime'] as const)('are not found by an unknown %s', async (field) => {
    const { movie, theatre, showtime } = aScreening(booking)
    const unknown = { movieId: newObjectId(), theatreId: newObjectId(), showtime: inHours(99) }
    const query = new URLSearchParams({
      ...{ movieId: movie.id, theatreId: theatre.id, showtime },
      [field]: unknown[field],
    }).toString()

    expect(problem(await booking.api.get(`/screenings/seats?${query}`))).toBe('404 not-found')
    expect(problem(await booking.api.get(`/screenings/seats/events?${query}`))).toBe('404 not-found')
  })

  it('need the movie and the theatre service', async () => {
    const { query } = aScreening(booking)
    booking.theatres.state.broken = 'reset'
    expect(problem(await booking.api.get(`/screenings/seats${query}`))).toBe('503 dependency-unavailable')
    booking.theatres.state.broken = 'hang'
    expect(problem(await booking.api.get('/screenings'))).toBe('504 dependency-timeout')
    booking.theatres.state.broken = undefined
  })
})
