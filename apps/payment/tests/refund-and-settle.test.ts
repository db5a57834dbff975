import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Payment } from '@matinee/contracts/payment'
import { anOrder, problem, startService, withKey } from './start-service.ts'

let payment: Awaited<ReturnType<typeof startService>>
beforeAll(async () => {
  payment = await startService('refund_and_settle')
})
afterAll(() => payment.stop())

async function aPayment(fields: object = {}) {
  const captured = await payment.api.post('/payments').set(withKey()).send(anOrder(fields))
  return { ...(captured.body as Payment), path: `/payments/${String(captured.body.id)}` }
}

/** Backdates the payments of a booking. */
async function age(bookingId: string, seconds: number) {
  await payment.database.query(
    'UPDATE payments SET created_at = created_at - INTERVAL ? SECOND WHERE booking_id = ?',
    [seconds, bookingId],
  )
}

const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id)

describe('POST /payments/{id}/refund', () => {
  it('refunds once, however often it is requested', async () => {
    const { path, ...captured } = await aPayment()
    const headers = withKey()

    const refunded = await payment.api.post(`${path}/refund`).set(headers)
    const replayed = await payment.api.post(`${path}/refund`).set(headers).send({})
    const again = await payment.api.post(`${path}/refund`).set(withKey()).send({})

    expect(refunded.status).toBe(200)
    expect(refunded.body).toEqual({ ...captured, status: 'refunded', refundedAt: expect.any(String) })
    expect(replayed.text).toBe(refunded.text)
    expect(replayed.headers['idempotency-replayed']).toBe('true')
    expect(again.body).toEqual(refunded.body)
    expect((await payment.api.get(path)).body).toEqual(refunded.body)
    expect(
      await payment.database.query(
        'SELECT kind, outcome FROM processor_requests WHERE request_id = ? ORDER BY kind',
        [captured.id],
      ),
    ).toEqual([
      { kind: 'charge', outcome: 'captured' },
      { kind: 'refund', outcome: 'refunded' },
    ])
    const told = payment.logs.lines.filter(
      ({ message, paymentId }) => message === 'payment refunded' && paymentId === captured.id,
    )
    expect(told).toHaveLength(1)
  })

  it('refunds once for ten concurrent requests', async () => {
    const { path } = await aPayment()

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => payment.api.post(`${path}/refund`).set(withKey())),
    )

    expect(new Set(answers.map(({ status, text }) => `${String(status)} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
  })

  it('refuses an unknown payment, a malformed request and a reused key', async () => {
    const { path } = await aPayment()
    expect((await payment.api.post(`/payments/${randomUUID()}/refund`).set(withKey())).status).toBe(404)
    expect((await payment.api.post('/payments/7/refund').set(withKey())).status).toBe(400)
    expect((await payment.api.post(`${path}/refund`)).body).toMatchObject(problem('idempotency-key-missing'))
    expect((await payment.api.post(`${path}/refund`).set(withKey()).send({ amount: 5 })).status).toBe(422)
    const other = await aPayment()
    const headers = withKey()
    await payment.api.post(`${path}/refund`).set(headers)
    const reused = await payment.api.post(`${other.path}/refund`).set(headers)
    expect(reused.body).toMatchObject(problem('idempotency-key-reused'))
    expect((await payment.api.get(other.path)).body.status).toBe('captured')
  })
})

describe('POST /payments/{id}/settle', () => {
  it('removes a payment from the unsettled ones', async () => {
    const { path, id, bookingId, ...captured } = await aPayment()
    await age(bookingId, 31)
    expect(ids(await payment.api.get('/payments?unsettled=true&limit=100'))).toContain(id)

    const settled = await payment.api.post(`${path}/settle`)
    const again = await payment.api.post(`${path}/settle`).send({})

    expect(settled.status).toBe(200)
    expect(settled.body).toMatchObject({ id, bookingId, amount: captured.amount, status: 'captured' })
    expect(again.body).toEqual(settled.body)
    expect(ids(await payment.api.get('/payments?unsettled=true&limit=100'))).not.toContain(id)
    expect(await payment.metrics()).toMatch(/matinee_payments_settled_total\{service="payment"\} 1/)
  })

  it('refuses a refunded payment, and still allows the refund of a settled one', async () => {
    const refunded = await aPayment()
    await payment.api.post(`${refunded.path}/refund`).set(withKey())
    const late = await payment.api.post(`${refunded.path}/settle`)
    expect(late.status).toBe(409)
    expect(late.body).toMatchObject(problem('payment-refunded'))

    const settled = await aPayment()
    await payment.api.post(`${settled.path}/settle`)
    const refund = await payment.api.post(`${settled.path}/refund`).set(withKey())
    expect(refund.body.status).toBe('refunded')
  })

  it('refuses an unknown payment and a malformed request', async () => {
    const { path } = await aPayment()
    expect((await payment.api.post(`/payments/${randomUUID()}/settle`)).status).toBe(404)
    expect((await payment.api.post('/payments/7/settle')).status).toBe(400)
    expect((await payment.api.post(`${path}/settle`).send({ by: 'me' })).status).toBe(422)
  })
})

describe('GET /payments', () => {
  it('lists the payments of a booking, oldest first, page by page', async () => {
    const bookingId = randomUUID()
    const all: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const { id, path } = await aPayment({ bookingId })
      await payment.api.post(`${path}/refund`).set(withKey())
      all.push(id)
    }
    const last = await aPayment({ bookingId })

    const first = await payment.api.get(`/payments?bookingId=${bookingId}&limit=2`)
    const second = await payment.api.get(
      `/payments?bookingId=${bookingId}&limit=2&after=${String(first.body.next)}`,
    )

    expect([...ids(first), ...ids(second)]).toEqual([...all, last.id])
    expect(second.body.next).toBeNull()
    expect(ids(await payment.api.get(`/payments?bookingId=${randomUUID()}`))).toEqual([])
  })

  it('pages through payments that were created at the same instant', async () => {
    const made = [await aPayment(), await aPayment(), await aPayment()]
    const instant = '1990-01-01'
    await payment.database.query('UPDATE payments SET created_at = ? WHERE id IN (?)', [
      instant,
      made.map(({ id }) => id),
    ])

    const seen: string[] = []
    let next = ''
    for (let page = 0; page < 3; page += 1) {
      const answer = await payment.api.get(`/payments?unsettled=true&limit=1${next && `&after=${next}`}`)
      seen.push(...ids(answer))
      next = String(answer.body.next)
    }

    expect(seen).toEqual(made.map(({ id }) => id).sort())
  })

  it('lists captured payments older than 30 s as unsettled', async () => {
    const young = await aPayment()
    const old = await aPayment()
    const refunded = await aPayment()
    await payment.api.post(`${refunded.path}/refund`).set(withKey())
    await age(young.bookingId, 28)
    await age(old.bookingId, 31)
    await age(refunded.bookingId, 31)

    const unsettled = ids(await payment.api.get('/payments?unsettled=true&limit=100'))

    expect(unsettled).toContain(old.id)
    expect(unsettled).not.toContain(young.id)
    expect(unsettled).not.toContain(refunded.id)
  })

  it.each(['limit=0', 'limit=101', 'after=x', 'unsettled=yes', 'bookingId=7'])(
    'refuses %s',
    async (query) => {
      const refused = await payment.api.get(`/payments?${query}`)
      expect(refused.status).toBe(400)
      expect(refused.body).toMatchObject(problem('invalid-parameter'))
    },
  )
})
