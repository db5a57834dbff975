import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aCard, anOrder, cards, problem, startReplica, startService, withKey } from './start-service.ts'

let payment: Awaited<ReturnType<typeof startService>>
beforeAll(async () => {
  payment = await startService('recovery', { slowCardMs: 400 })
})
afterAll(() => payment.stop())

/** Asks until the answer is as it shall become. */
async function eventually<T>(ask: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (isDone(value)) return value
    await sleep(50)
  }
}

const rowOf = async (bookingId: string) =>
  (await payment.database.query('SELECT * FROM payments WHERE booking_id = ?', [bookingId]))[0]

/** What a process leaves that dies while it charges, before or after the processor has charged. */
async function crash(order: ReturnType<typeof anOrder>, key: string, outcome?: string) {
  const id = randomUUID()
  await payment.database.query(
    `INSERT INTO payments
       (id, booking_id, amount, currency, status, card_brand, card_last4, idempotency_key, created_at)
     VALUES (?, ?, ?, ?, 'processing', 'visa', '4242', ?, UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE)`,
    [id, order.bookingId, order.amount, order.currency, key],
  )
  if (outcome !== undefined) {
    await payment.database.query(
      `INSERT INTO processor_requests (request_id, kind, outcome, created_at) VALUES (?, 'charge', ?, UTC_TIMESTAMP(3))`,
      [id, outcome],
    )
  }
  return id
}

describe('A payment whose process died', () => {
  const settledRow = (bookingId: string) =>
    eventually(
      () => rowOf(bookingId),
      (row) => row?.['status'] !== 'processing',
    )

  it('is captured when the card was charged, and its key gets it', async () => {
    const order = anOrder()
    const headers = withKey()
    const id = await crash(order, headers['Idempotency-Key'], 'captured')

    await settledRow(order.bookingId)

    const retried = await payment.api.post('/payments', order, headers)
    expect(retried.status).toBe(201)
    expect(retried.body).toMatchObject({ id, status: 'captured' })
    expect((await payment.api.post('/payments', order, headers)).text).toBe(retried.text)
    expect((await payment.api.post('/payments', order, withKey())).body).toMatchObject(
      problem('already-paid'),
    )
    expect(payment.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'payment recovered', paymentId: id, status: 'captured' }),
    )
  })

  it('is declined when the card was declined, and its key is told', async () => {
    const order = anOrder()
    const headers = withKey()
    await crash(order, headers['Idempotency-Key'], 'insufficient-funds')

    await settledRow(order.bookingId)

    const retried = await payment.api.post('/payments', order, headers)
    expect(retried.status).toBe(402)
    expect(retried.body.reason).toBe('insufficient-funds')
    expect((await payment.api.post('/payments', order, headers)).text).toBe(retried.text)
  })

  it('is void when the card was not charged, and never will be; its key runs anew', async () => {
    const order = anOrder()
    const headers = withKey()
    const id = await crash(order, headers['Idempotency-Key'])

    expect(await settledRow(order.bookingId)).toMatchObject({ status: 'voided', active_booking_id: null })

    expect((await payment.api.get(`/payments/${id}`)).status).toBe(404)
    expect((await payment.api.post(`/payments/${id}/refund`, undefined, withKey())).status).toBe(404)
    expect((await payment.api.post(`/payments/${id}/settle`)).status).toBe(404)
    const retried = await payment.api.post('/payments', order, headers)
    expect(retried.status).toBe(201)
    expect(retried.body.id).not.toBe(id)
  })

  it('keeps its key from another request', async () => {
    const order = anOrder()
    const headers = withKey()
    await crash(order, headers['Idempotency-Key'], 'captured')
    await settledRow(order.bookingId)

    const reused = await payment.api.post('/payments', { ...order, amount: 1 }, headers)

    expect(reused.status).toBe(422)
    expect(reused.body).toMatchObject(problem('idempotency-key-reused'))
  })

  it('leaves a key that only the same request can take over', async () => {
    const order = anOrder()
    const headers = withKey()
    const slow = payment.api.post('/payments', { ...order, card: aCard({ number: cards.slow }) }, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )
    await payment.database.query(
      'UPDATE idempotency_keys SET lease_until = UTC_TIMESTAMP(3) WHERE idempotency_key = ?',
      [headers['Idempotency-Key']],
    )

    const other = await payment.api.post('/payments', order, headers)
    const same = await payment.api.post(
      '/payments',
      { ...order, card: aCard({ number: cards.slow }) },
      headers,
    )

    expect(other.body).toMatchObject(problem('idempotency-key-reused'))
    // It has taken the key over, found the charge under way and let the key go.
    const otherAgain = await payment.api.post('/payments', order, headers)

    expect(same.body).toMatchObject(problem('idempotency-key-in-use'))
    expect(otherAgain.body).toMatchObject(problem('idempotency-key-reused'))
    expect((await slow).status).toBe(201)
  })

  it('cannot be charged late by a process that was only slow', async () => {
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const slow = payment.api.post('/payments', order, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )
    const hasty = await startReplica(payment.database.url, { leaseMs: 0 })
    try {
      const late = await slow
      expect(late.status).toBe(503)
      expect(late.body).toMatchObject(problem('deadline-exceeded'))
    } finally {
      await hasty.stop()
    }
    expect(await rowOf(order.bookingId)).toMatchObject({ status: 'voided' })
    expect((await payment.api.post('/payments', order, headers)).status).toBe(201)
  })
})

it('gives the money back of a refund whose process died', async () => {
  const { body } = await payment.api.post('/payments', anOrder(), withKey())
  await payment.database.query(
    `UPDATE payments SET status = 'refunded', refunded_at = UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE WHERE id = ?`,
    [body.id],
  )

  const row = await eventually(
    () => rowOf(body.bookingId as string),
    (found) => found?.['returned_at'] !== null,
  )

  expect(row).toMatchObject({ status: 'refunded' })
  expect(
    await payment.database.query(
      `SELECT outcome FROM processor_requests WHERE request_id = ? AND kind = 'refund'`,
      [body.id],
    ),
  ).toEqual([{ outcome: 'refunded' }])
})

describe('The slow card', () => {
  it('keeps another payment for its booking waiting, and is captured', async () => {
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const slow = payment.api.post('/payments', order, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )

    const [other, same] = await Promise.all([
      payment.api.post('/payments', order, withKey()),
      payment.api.post('/payments', order, headers),
    ])

    expect(other.status).toBe(409)
    expect(other.body).toMatchObject(problem('payment-in-progress'))
    expect(other.headers.get('retry-after')).toBe('1')
    expect(same.body).toMatchObject(problem('idempotency-key-in-use'))
    expect((await slow).status).toBe(201)
  })

  it('is finished even if the caller has gone', async () => {
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const call = request(`${payment.baseUrl}/payments`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
    })
    const gone = new Promise((resolve) => call.once('close', resolve))
    call.on('error', () => undefined).end(JSON.stringify(order))
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )
    call.destroy()
    await gone

    const answer = await eventually(
      () => payment.api.post('/payments', order, headers),
      ({ status }) => status !== 409,
    )

    expect(answer.status).toBe(201)
    expect(answer.headers.get('idempotency-replayed')).toBe('true')
  })

  it('is finished by a service that is told to stop', async () => {
    const leaving = await startReplica(payment.database.url, { slowCardMs: 400 })
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = { ...withKey(), 'X-Deadline-Ms': '200' }

    const unknown = await leaving.api.post('/payments', order, headers)
    await leaving.stop()

    expect(unknown.body).toMatchObject(problem('deadline-exceeded'))
    expect(await rowOf(order.bookingId)).toMatchObject({ status: 'captured' })
  })
})
