import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import type { Response } from '@matinee/test-kit/api-agent'
import { aScreening, post, problem, startService, withKey } from './start-service.ts'
import type { TestService } from './start-service.ts'

describe('an Idempotency-Key', () => {
  let booking: TestService
  beforeAll(async () => {
    booking = await startService('idempotency', { CALL_TIMEOUT_MS: '1000' })
  })
  afterAll(() => booking.stop())

  const hold = (input: object, key: string) => post(booking.api, '/bookings', input, key)

  it('replays the first answer, byte for byte, whatever has happened since', async () => {
    const { input } = aScreening(booking)
    const wish = input({ seats: ['A1'] })
    const key = randomUUID()
    const first = await hold(wish, key)
    await post(booking.api, `/bookings/${first.body.id}/cancel`)

    const again = await hold(Object.fromEntries(Object.entries(wish).reverse()), key)

    expect(again.text).toBe(first.text)
    expect(again.status).toBe(201)
    expect(again.headers.location).toBe(first.headers.location)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(first.headers['idempotency-replayed']).toBeUndefined()
  })

  it('holds once when the same request arrives many times concurrently, at two replicas', async () => {
    const { input, movie } = aScreening(booking)
    const wish = input({ quantity: 2 })
    const key = randomUUID()
    const other = await booking.startReplica()
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => post((n % 2 ? booking : other).api, '/bookings', wish, key)),
      )

      const created = answers.filter(({ status }) => status === 201)
      const inUse = answers.filter((answer) => answer.status !== 201)
      expect(new Set(created.map(({ text }) => text)).size).toBe(1)
      expect(new Set(inUse.map(problem))).toEqual(
        new Set(inUse.length > 0 ? ['409 idempotency-key-in-use'] : []),
      )
      const { rowCount } = await booking.database.query('SELECT FROM bookings WHERE movie_id = $1', [
        movie.id,
      ])
      expect(rowCount).toBe(1)
    } finally {
      await other.stop()
    }
  })

  it('is refused with another request', async () => {
    const { input } = aScreening(booking)
    const key = randomUUID()
    await hold(input(), key)

    expect(problem(await hold(input(), key))).toBe('422 idempotency-key-reused')
  })

  it('is scoped by its operation, and for confirm and cancel by the path', async () => {
    const { input } = aScreening(booking)
    const key = randomUUID()
    const [one, two] = [await hold(input(), key), await hold(input(), randomUUID())]

    expect((await post(booking.api, `/bookings/${one.body.id}/cancel`, undefined, key)).status).toBe(200)
    const reused = await post(booking.api, `/bookings/${two.body.id}/cancel`, {}, key)
    expect(problem(reused)).toBe('422 idempotency-key-reused')
    const again = await post(booking.api, `/bookings/${one.body.id}/cancel`, {}, key)
    expect(again.headers['idempotency-replayed']).toBe('true')
  })

  it('allows a retry after a failure', async () => {
    const { input } = aScreening(booking)
    const wish = input()
    const key = randomUUID()
    booking.movies.state.broken = 'hang'
    expect(problem(await hold(wish, key))).toBe('504 dependency-timeout')
    booking.movies.state.broken = undefined

    expect((await hold(wish, key)).status).toBe(201)
  })

  it('is taken over from a slow process, which then cannot hold', async () => {
    const { input, movie } = aScreening(booking)
    const [wish, key] = [input(), randomUUID()]
    const { promise: second, resolve } = Promise.withResolvers<Response>()
    const { answer } = booking.movies
    booking.movies.answer = async (call) => {
      booking.movies.answer = answer
      await booking.database.query(`UPDATE idempotency_keys SET lease_until = now() WHERE key = $1`, [key])
      const later = await hold(wish, key)
      resolve(later)
      return answer(call)
    }

    expect(problem(await hold(wish, key))).toBe('409 idempotency-key-in-use')

    expect((await second).status).toBe(201)
    const made = await booking.database.query('SELECT FROM bookings WHERE movie_id = $1', [movie.id])
    expect(made.rowCount).toBe(1)
  })

  it('is taken over from a dead process once its lease has expired', async () => {
    const { input } = aScreening(booking)
    const wish = input()
    const key = randomUUID()
    const first = await hold(wish, key)
    const forget = `UPDATE idempotency_keys SET status = NULL, lease_until = now() + $2::interval,
      created_at = now() - interval '20 hours' WHERE key = $1`
    await booking.database.query(forget, [key, '1 minute'])
    expect(problem(await hold(wish, key))).toBe('409 idempotency-key-in-use')
    await booking.database.query(forget, [key, '-1 second'])

    const second = await hold(wish, key)

    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
    // It is kept for a day from then on.
    const { rows } = await booking.database.query<{ fresh: boolean }>(
      `SELECT created_at > now() - interval '1 minute' AS fresh FROM idempotency_keys WHERE key = $1`,
      [key],
    )
    expect(rows).toEqual([{ fresh: true }])
  })

  it('keeps the answer exactly when the effect is committed', async () => {
    const { input } = aScreening(booking)
    const [one, two] = [await hold(input(), randomUUID()), await hold(input(), randomUUID())]
    for (const { body } of [one, two]) booking.payment.capture(body as Booking)
    const confirm = [booking.api, `/bookings/${one.body.id}/confirm`, {}, randomUUID()] as const
    const cancel = [booking.api, `/bookings/${two.body.id}/cancel`, {}, randomUUID()] as const
    await booking.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no commit'; END $$;
      CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON bookings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.status = 'confirmed' OR OLD.refund = 'pending') EXECUTE FUNCTION refuse()`)
    expect((await post(...confirm)).status).toBe(500)
    const cancelled = await post(...cancel)
    await booking.database.query('DROP FUNCTION refuse CASCADE')

    const confirmed = await post(...confirm)
    expect(confirmed.headers['idempotency-replayed']).toBeUndefined()
    expect((await booking.api.get(`/bookings/${one.body.id}`)).text).toBe(confirmed.text)
    expect(cancelled.body).toMatchObject({ status: 'cancelled', refund: 'pending' })
    expect((await post(...cancel)).text).toBe(cancelled.text)
  })

  it.each([
    ['POST /bookings', '/bookings'],
    ['confirm', `/bookings/${randomUUID()}/confirm`],
    ['cancel', `/bookings/${randomUUID()}/cancel`],
  ])('is required for %s', async (_name, path) => {
    expect(problem(await booking.api.post(path).send({}))).toBe('400 idempotency-key-missing')
    expect(problem(await booking.api.post(path).set(withKey('two words')).send({}))).toBe(
      '400 idempotency-key-malformed',
    )
  })
})
