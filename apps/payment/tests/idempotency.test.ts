import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aCard, anOrder, cards, problem, startReplica, startService, withKey } from './start-service.ts'

describe('An Idempotency-Key', () => {
  let payment: Awaited<ReturnType<typeof startService>>
  let other: Awaited<ReturnType<typeof startReplica>>
  beforeAll(async () => {
    payment = await startService('idempotency')
    other = await startReplica(payment.database.url)
  })
  afterAll(async () => {
    await other.stop()
    await payment.stop()
  })

  const rows = (bookingId: string) =>
    payment.database.query('SELECT status FROM payments WHERE booking_id = ?', [bookingId])

  it.each([
    [201, cards.good],
    [402, cards.declined],
  ])('replays the first answer byte for byte: %s', async (status, number) => {
    const order = anOrder({ card: aCard({ number }) })
    const headers = withKey()
    const first = await payment.api.post('/payments').set(headers).send(order)
    // A different cvc, a different order of fields, or quotes do not make it a different request.
    const { bookingId, ...rest } = { ...order, card: { ...order.card, cvc: '999' } }

    const again = await other.api
      .post('/payments')
      .set('Idempotency-Key', `"${headers['Idempotency-Key']}"`)
      .send({ ...rest, bookingId })

    expect(first.status).toBe(status)
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(again.status).toBe(status)
    expect(again.text).toBe(first.text)
    expect(again.headers.location).toBe(first.headers.location)
    expect(again.headers['content-type']).toBe(first.headers['content-type'])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(await rows(order.bookingId)).toHaveLength(1)
  })

  it('cannot be reused for a different request', async () => {
    const order = anOrder()
    const headers = withKey()
    await payment.api.post('/payments').set(headers).send(order)

    for (const another of [
      anOrder(),
      { ...order, amount: 1 },
      { ...order, card: aCard({ number: cards.slow }) },
    ]) {
      const reused = await payment.api.post('/payments').set(headers).send(another)
      expect(reused.status).toBe(422)
      expect(reused.body).toMatchObject(problem('idempotency-key-reused'))
    }
  })

  it('can be used again after an answer that is not stored', async () => {
    const headers = withKey()
    const invalid = anOrder({ card: aCard({ number: '4242424242424241' }) })
    expect((await payment.api.post('/payments').set(headers).send(invalid)).status).toBe(422)
    const paid = anOrder()
    await payment.api.post('/payments').set(withKey()).send(paid)
    expect((await payment.api.post('/payments').set(headers).send(paid)).status).toBe(409)

    expect((await payment.api.post('/payments').set(headers).send(anOrder())).status).toBe(201)
  })

  it('is scoped to its operation', async () => {
    const headers = withKey()
    const captured = await payment.api.post('/payments').set(headers).send(anOrder())

    const refunded = await payment.api
      .post(`/payments/${String(captured.body.id)}/refund`)
      .set(headers)
      .send({})

    expect(refunded.status).toBe(200)
    expect(refunded.body.status).toBe('refunded')
  })

  it('charges once for ten concurrent requests', async () => {
    const order = anOrder()
    const headers = withKey()

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? payment : other).api.post('/payments').set(headers).send(order),
      ),
    )

    const captured = answers.filter(({ status }) => status === 201)
    expect(new Set(captured.map(({ text }) => text)).size).toBe(1)
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(answer.body).toMatchObject(problem('idempotency-key-in-use'))
      expect(answer.headers['retry-after']).toBe('1')
    }
    expect(await rows(order.bookingId)).toEqual([{ status: 'captured' }])
    // No other request took over the key: the first answer was stored.
    const repeated = await other.api.post('/payments').set(headers).send(order)
    expect(repeated.text).toBe(captured[0]?.text)
    expect(repeated.headers['idempotency-replayed']).toBe('true')
  })

  it('does not let ten concurrent requests with different keys charge a booking twice', async () => {
    const order = anOrder()

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? payment : other).api.post('/payments').set(withKey()).send(order),
      ),
    )

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
    expect(await rows(order.bookingId)).toEqual([{ status: 'captured' }])
  })

  it('charges once in each of a hundred bursts of ten requests', async () => {
    const orders = Array.from({ length: 100 }, () => anOrder())

    for (const order of orders) {
      const headers = withKey()
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? payment : other).api.post('/payments').set(headers).send(order),
        ),
      )
      expect(answers.map(({ status }) => status).filter((status) => status !== 409)).toContain(201)
      expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
    }

    const captures = await payment.database.query(
      `SELECT booking_id AS bookingId, COUNT(*) AS count FROM payments WHERE booking_id IN (?) GROUP BY booking_id`,
      [orders.map(({ bookingId }) => bookingId)],
    )
    expect(captures).toHaveLength(100)
    expect(captures.every(({ count }) => Number(count) === 1)).toBe(true)
  }, 120_000)

  it('is deleted after a day, not before', async () => {
    const insert = (key: string, hours: number) =>
      payment.database.query(
        `INSERT INTO idempotency_keys (operation, idempotency_key, fingerprint, owner, lease_until, status, body, created_at)
         VALUES ('createPayment', ?, '', '', UTC_TIMESTAMP(3), 201, '{}', UTC_TIMESTAMP(3) - INTERVAL ? HOUR)`,
        [key, hours],
      )
    const [old, recent] = [randomUUID(), randomUUID()]
    await insert(old, 26)
    await insert(recent, 24)

    const third = await startReplica(payment.database.url)
    await third.stop()

    const kept = await payment.database.query(
      'SELECT idempotency_key AS `key` FROM idempotency_keys WHERE idempotency_key IN (?)',
      [[old, recent]],
    )
    expect(kept).toEqual([{ key: recent }])
  })
})
