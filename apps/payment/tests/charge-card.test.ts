import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aCard, anOrder, cards, problem, startService, withKey } from './start-service.ts'

const now = new Date('2030-06-30T23:59:59.999Z')

describe('POST /payments', () => {
  let payment: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    payment = await startService('charge_card', { now: () => now })
  })
  afterAll(() => payment.stop())

  it('captures a payment', async () => {
    const order = anOrder()

    const captured = await payment.api.post('/payments').set(withKey()).send(order)

    expect(captured.status).toBe(201)
    const { card: _card, ...asked } = order
    expect(captured.body).toEqual({
      id: expect.any(String),
      ...asked,
      status: 'captured',
      card: { brand: 'visa', last4: '4242' },
      createdAt: expect.any(String),
    })
    const path = `/payments/${String(captured.body.id)}`
    expect(captured.headers.location).toBe(path)
    expect((await payment.api.get(path)).body).toEqual(captured.body)
    expect(payment.logs.lines).toContainEqual(
      expect.objectContaining({
        message: 'payment concluded',
        status: 'captured',
        paymentId: captured.body.id,
        requestId: captured.headers['x-request-id'],
      }),
    )
    expect(await payment.metrics()).toMatch(/matinee_payments_captured_total\{service="payment"\} \d/)
    expect(
      await payment.database.query('SELECT kind, outcome FROM processor_requests WHERE request_id = ?', [
        captured.body.id,
      ]),
    ).toEqual([{ kind: 'charge', outcome: 'captured' }])
  })

  it.each([
    [cards.declined, 'declined'],
    [cards.insufficientFunds, 'insufficient-funds'],
    [cards.expired, 'expired-card'],
  ])('reports why %s was declined, and accepts another card for the booking', async (number, reason) => {
    const order = anOrder({ card: aCard({ number }) })

    const declined = await payment.api.post('/payments').set(withKey()).send(order)

    expect(declined.status).toBe(402)
    expect(declined.body).toMatchObject({ ...problem('card-declined'), reason })
    expect((await payment.api.get(`/payments?bookingId=${order.bookingId}`)).body.items).toEqual([])
    expect(
      (
        await payment.api
          .post('/payments')
          .set(withKey())
          .send({ ...order, card: aCard() })
      ).status,
    ).toBe(201)
  })

  it.each(['378282246310005', '6011111111111117', '5555555555554444', '30569309025904'])(
    'captures a payment with any other valid card: %s',
    async (number) => {
      const captured = await payment.api
        .post('/payments')
        .set(withKey())
        .send(anOrder({ card: aCard({ number }) }))
      expect(captured.status).toBe(201)
      expect(captured.body.card.last4).toBe(number.slice(-4))
    },
  )

  it('accepts a card until the end of its expiry month', async () => {
    const card = aCard({ expiryMonth: 6, expiryYear: 2030 })
    expect((await payment.api.post('/payments').set(withKey()).send(anOrder({ card }))).status).toBe(201)
  })

  it.each([
    ['a number with a wrong check digit', { number: '4242424242424241' }, '/card/number'],
    ['a number with spaces', { number: '4242 4242 4242 4242' }, '/card/number'],
    ['a number that is not a string', { number: 4242424242424242 }, '/card/number'],
    ['a card that expired last month', { expiryMonth: 5, expiryYear: 2030 }, '/card/expiryMonth'],
    ['a card that expired last year', { expiryMonth: 12, expiryYear: 2029 }, '/card/expiryYear'],
    ['a two-digit year', { expiryYear: 31 }, '/card/expiryYear'],
    ['a month after December', { expiryMonth: 13 }, '/card/expiryMonth'],
    ['a month as a string', { expiryMonth: '12' }, '/card/expiryMonth'],
    ['a short cvc', { cvc: '12' }, '/card/cvc'],
    ['a missing holder', { holder: undefined }, '/card/holder'],
    ['an unknown field', { cvv: '123' }, '/card/cvv'],
  ])('refuses %s', async (_what, fields, pointer) => {
    const refused = await payment.api
      .post('/payments')
      .set(withKey())
      .send(anOrder({ card: aCard(fields) }))

    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject(problem('validation-failed'))
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })

  it.each([
    ['an amount of zero', { amount: 0 }, '/amount'],
    ['a fractional amount', { amount: 0.5 }, '/amount'],
    ['a currency name instead of its code', { currency: 'Euro' }, '/currency'],
    ['a malformed booking id', { bookingId: '7' }, '/bookingId'],
    ['an unknown field', { ammount: 5 }, '/ammount'],
  ])('refuses %s', async (_what, fields, pointer) => {
    const refused = await payment.api.post('/payments').set(withKey()).send(anOrder(fields))

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })

  it('refuses malformed JSON, other media types, large bodies and other methods', async () => {
    const headers = { ...withKey(), 'Content-Type': 'application/json' }
    const send = (raw: string, more: Record<string, string> = {}) =>
      payment.api.post('/payments').set(headers).set(more).send(raw)

    expect((await send('{')).body).toMatchObject(problem('malformed-json'))
    expect((await send('card=1', { 'Content-Type': 'text/plain' })).status).toBe(415)
    expect((await send(JSON.stringify('x'.repeat(200_000)))).status).toBe(413)
    expect((await payment.api.delete('/payments')).headers.allow).toBe('GET, HEAD, POST')
  })

  it('accepts one payment per booking, whatever the case of its id', async () => {
    const order = anOrder()
    const first = await payment.api.post('/payments').set(withKey()).send(order)

    const second = await payment.api
      .post('/payments')
      .set(withKey())
      .send({ ...order, bookingId: order.bookingId.toUpperCase() })

    expect(second.status).toBe(409)
    expect(second.body).toMatchObject({ ...problem('already-paid'), paymentId: first.body.id })
  })

  it('accepts another payment after a refund', async () => {
    const order = anOrder()
    const first = await payment.api.post('/payments').set(withKey()).send(order)
    await payment.api.post(`/payments/${String(first.body.id)}/refund`).set(withKey())

    const second = await payment.api.post('/payments').set(withKey()).send(order)

    expect(second.status).toBe(201)
    expect(second.body.id).not.toBe(first.body.id)
  })

  it('requires a valid idempotency key', async () => {
    const missing = await payment.api.post('/payments').send(anOrder())
    expect(missing.status).toBe(400)
    expect(missing.body).toMatchObject(problem('idempotency-key-missing'))
    const malformed = await payment.api.post('/payments').set(withKey('two words')).send(anOrder())
    expect(malformed.status).toBe(400)
    expect(malformed.body).toMatchObject(problem('idempotency-key-malformed'))
  })

  it('starts no charge after the deadline of its caller', async () => {
    const order = anOrder()

    const late = await payment.api
      .post('/payments')
      .set({ ...withKey(), 'X-Deadline-Ms': '0' })
      .send(order)

    expect(late.status).toBe(503)
    expect(late.headers['retry-after']).toBe('1')
    expect(
      await payment.database.query('SELECT * FROM payments WHERE booking_id = ?', [order.bookingId]),
    ).toEqual([])
  })

  it('answers 404 for an unknown id, and 400 for a malformed one', async () => {
    expect((await payment.api.get(`/payments/${randomUUID()}`)).status).toBe(404)
    expect((await payment.api.get('/payments/7')).status).toBe(400)
  })
})
