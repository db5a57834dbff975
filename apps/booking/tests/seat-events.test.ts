import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Booking, SeatMap } from '@matinee/contracts/booking'
import { eventually } from '@matinee/test-kit/eventually'
import { aScreening, post, startService } from './start-service.ts'
import type { TestService } from './start-service.ts'

/** Follows a stream of server-sent events; `taken` are the seats of each event that are not free. */
async function follow(url: string) {
  const abort = new AbortController()
  const response = await fetch(url, { signal: abort.signal })
  const maps: SeatMap[] = []
  let text = ''
  async function readAll(): Promise<void> {
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk as Uint8Array)
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events)
        if (event.startsWith('data: ')) maps.push(JSON.parse(event.slice(6)) as SeatMap)
    }
  }
  const ended = readAll().then(
    () => 'cleanly',
    () => 'broken',
  )
  return {
    response,
    maps,
    ended,
    taken: () =>
      maps.map(({ rows }) =>
        rows
          .flatMap(({ seats }) => seats)
          .filter(({ status }) => status !== 'free')
          .map(({ seat, status }) => `${seat} ${status}`),
      ),
    leave() {
      abort.abort()
    },
  }
}

describe('GET /screenings/seats/events', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('seat_events')
  })
  afterAll(() => booking.stop())

  it('sends the map at once, and after every change, on any replica', async () => {
    const other = await booking.startReplica()
    const { input, query } = aScreening(booking)
    const stream = await follow(`${booking.url}/screenings/seats/events${query}`)
    const until = (...taken: string[][]) =>
      eventually(() => {
        expect(stream.taken()).toEqual(taken)
      })
    try {
      expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
      await until([])
      const held = (await post(other.api, '/bookings', input({ seats: ['A1'] }))).body as Booking
      await until([], ['A1 held'])
      booking.payment.capture(held)
      await post(other.api, `/bookings/${held.id}/confirm`)
      await until([], ['A1 held'], ['A1 sold'])
      await post(other.api, `/bookings/${held.id}/cancel`)
      await until([], ['A1 held'], ['A1 sold'], [])
      const second = (await post(booking.api, '/bookings', input({ seats: ['A2'] }))).body as Booking
      await until([], ['A1 held'], ['A1 sold'], [], ['A2 held'])
      await booking.passTime([second.id], 300)
      await until([], ['A1 held'], ['A1 sold'], [], ['A2 held'], [])
    } finally {
      stream.leave()
      await other.stop()
    }
  })

  it('sends nothing about other screenings', async () => {
    const [one, two] = [aScreening(booking), aScreening(booking)]
    const stream = await follow(`${booking.url}/screenings/seats/events${one.query}`)
    const witness = await follow(`${booking.url}/screenings/seats/events${two.query}`)
    await eventually(() => {
      expect([stream.taken(), witness.taken()]).toEqual([[[]], [[]]])
    })
    await post(booking.api, '/bookings', two.input({ seats: ['A1'] }))
    await eventually(() => {
      expect(witness.taken()).toEqual([[], ['A1 held']])
    })

    expect(stream.taken()).toEqual([[]])
    stream.leave()
    witness.leave()
  })

  it('takes no turn from other requests once it has begun', async () => {
    const { query } = aScreening(booking)
    const url = `${booking.url}/screenings/seats/events${query}`
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(url)))

    expect(streams.map(({ response }) => response.status)).toEqual(Array(20).fill(200))
    await booking.api.get(`/screenings/seats${query}`).expect(200)
    for (const stream of streams) stream.leave()
  })

  it('catches up after its connection to the database was broken', async () => {
    const { input, query } = aScreening(booking)
    const stream = await follow(`${booking.url}/screenings/seats/events${query}`)
    await eventually(() => {
      expect(stream.taken()).toEqual([[]])
    })
    await booking.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1' AND pid <> pg_backend_pid()`,
    )
    await post(booking.api, '/bookings', input({ seats: ['A1'] }))

    await eventually(() => {
      expect(stream.taken()).toEqual([[], ['A1 held']])
    })
    stream.leave()
  })

  it('ends cleanly and at once when the service stops', async () => {
    const replica = await booking.startReplica()
    const { query } = aScreening(booking)
    const stream = await follow(`${replica.url}/screenings/seats/events${query}`)
    const started = performance.now()

    await replica.stop()

    expect(await stream.ended).toBe('cleanly')
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})
