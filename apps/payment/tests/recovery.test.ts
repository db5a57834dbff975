import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { aCard, anOrder, cards, problem, startReplica, startService, withKey } from './start-service.ts'

let payment: Awaited<ReturnType<typeof startService>>
/** Holds the charges of the slow card until a test lets them go. */
let slowCharge: PromiseWithResolvers<undefined>
beforeAll(async () => {
  payment = await startService('recovery', { slowCard })
})
beforeEach(() => {
  slowCharge = Promise.withResolvers()
})
afterAll(() => payment.stop())

const slowCard = () => slowCharge.promise
const finishSlowCharge = () => {
  slowCharge.resolve(undefined)
}

/** Asks again until the answer is the expected one. */
async function eventually<T>(ask: () => Promise<T>, isDone: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (isDone(value)) return value
    await sleep(50)
  }
}

const pay = async (order: object, headers: Record<string, string>) =>
  await payment.api.post('/payments').set(headers).send(order)

const rowOf = async (bookingId: string) =>
  (await payment.database.query('SELECT * FROM payments WHERE booking_id = ?', [bookingId]))[0]

/** What a process leaves that dies during a charge, before or after the processor has charged the card. */
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

const settledRow = (bookingId: string) =>
  eventually(
    () => rowOf(bookingId),
    (row) => row?.['status'] !== 'processing',
  )

/** Waits until `recover` has run: its first run that finds a payment of the second round began after the first round. */
async function afterRecovery() {
  for (let round = 0; round < 2; round += 1) {
    const order = anOrder()
    await crash(order, randomUUID())
    await settledRow(order.bookingId)
  }
}

describe('A payment whose process died', () => {
  it('is captured if the card was charged, and its key gets that answer', async () => {
    const order = anOrder()
    const headers = withKey()
    const id = await crash(order, headers['Idempotency-Key'], 'captured')

    await settledRow(order.bookingId)

    const retried = await pay(order, headers)
    expect(retried.status).toBe(201)
    expect(retried.body).toMatchObject({ id, status: 'captured' })
    expect((await pay(order, headers)).text).toBe(retried.text)
    expect((await pay(order, withKey())).body).toMatchObject(problem('already-paid'))
    expect(payment.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'payment recovered', paymentId: id, status: 'captured' }),
    )
  })

  it('is declined if the card was declined, and its key gets that answer', async () => {
    const order = anOrder()
    const headers = withKey()
    await crash(order, headers['Idempotency-Key'], 'insufficient-funds')

    await settledRow(order.bookingId)

    const retried = await pay(order, headers)
    expect(retried.status).toBe(402)
    expect(retried.body.reason).toBe('insufficient-funds')
    expect((await pay(order, headers)).text).toBe(retried.text)
  })

  it('is voided if the card was not charged, and its key may run again', async () => {
    const order = anOrder()
    const headers = withKey()
    const id = await crash(order, headers['Idempotency-Key'])

    expect(await settledRow(order.bookingId)).toMatchObject({ status: 'voided', active_booking_id: null })

    expect((await payment.api.get(`/payments/${id}`)).status).toBe(404)
    expect((await payment.api.post(`/payments/${id}/refund`).set(withKey())).status).toBe(404)
    expect((await payment.api.post(`/payments/${id}/settle`)).status).toBe(404)
    const retried = await pay(order, headers)
    expect(retried.status).toBe(201)
    expect(retried.body.id).not.toBe(id)
  })

  it('refuses its key to another request', async () => {
    const order = anOrder()
    const headers = withKey()
    await crash(order, headers['Idempotency-Key'], 'captured')
    await settledRow(order.bookingId)

    const reused = await pay({ ...order, amount: 1 }, headers)

    expect(reused.status).toBe(422)
    expect(reused.body).toMatchObject(problem('idempotency-key-reused'))
  })

  it('leaves a key that only the same request can take over', async () => {
    const order = anOrder()
    const headers = withKey()
    const slow = pay({ ...order, card: aCard({ number: cards.slow }) }, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )
    await payment.database.query(
      'UPDATE idempotency_keys SET lease_until = UTC_TIMESTAMP(3) WHERE idempotency_key = ?',
      [headers['Idempotency-Key']],
    )

    const other = await pay(order, headers)
    const same = await pay({ ...order, card: aCard({ number: cards.slow }) }, headers)

    expect(other.body).toMatchObject(problem('idempotency-key-reused'))
    // The same request took the key over, found the charge in progress, and released the key.
    const otherAgain = await pay(order, headers)

    expect(same.body).toMatchObject(problem('idempotency-key-in-use'))
    expect(otherAgain.body).toMatchObject(problem('idempotency-key-reused'))
    finishSlowCharge()
    expect((await slow).status).toBe(201)
  })

  it('cannot be charged late by a process that was merely slow', async () => {
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const slow = pay(order, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )
    await payment.database.query(
      'UPDATE payments SET created_at = created_at - INTERVAL 1 MINUTE WHERE booking_id = ?',
      [order.bookingId],
    )
    expect(await settledRow(order.bookingId)).toMatchObject({ status: 'voided' })

    finishSlowCharge()

    const late = await slow
    expect(late.status).toBe(503)
    expect(late.body).toMatchObject(problem('deadline-exceeded'))
    expect((await pay(order, headers)).status).toBe(201)
  })
})

it('returns the money of a refund whose process died', async () => {
  const { body } = await pay(anOrder(), withKey())
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
  it('blocks other payments for its booking, and is captured', async () => {
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = withKey()
    const slow = pay(order, headers)
    await eventually(
      () => rowOf(order.bookingId),
      (row) => row !== undefined,
    )

    const [other, same] = await Promise.all([pay(order, withKey()), pay(order, headers)])

    expect(other.status).toBe(409)
    expect(other.body).toMatchObject(problem('payment-in-progress'))
    expect(other.headers['retry-after']).toBe('1')
    expect(same.body).toMatchObject(problem('idempotency-key-in-use'))
    await afterRecovery()
    finishSlowCharge()
    expect((await slow).status).toBe(201)
  })

  it('is charged even if the caller has gone', async () => {
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
    finishSlowCharge()

    const answer = await eventually(
      () => pay(order, headers),
      ({ status }) => status !== 409,
    )

    expect(answer.status).toBe(201)
    expect(answer.headers['idempotency-replayed']).toBe('true')
  })

  it('is charged even if the service shuts down at the same time', async () => {
    const leaving = await startReplica(payment.database.url, { slowCard })
    const order = anOrder({ card: aCard({ number: cards.slow }) })
    const headers = { ...withKey(), 'X-Deadline-Ms': '200' }

    const unknown = await leaving.api.post('/payments').set(headers).send(order)
    const stopped = leaving.stop()
    finishSlowCharge()
    await stopped

    expect(unknown.body).toMatchObject(problem('deadline-exceeded'))
    expect(await rowOf(order.bookingId)).toMatchObject({ status: 'captured' })
  })
})
