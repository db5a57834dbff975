import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

const { URL } = process.env
const key = randomUUID()
const payment = {
  bookingId: randomUUID(),
  amount: 100,
  currency: 'EUR',
  card: { number: '4000000000000002', expiryMonth: 12, expiryYear: 2099, cvc: '123', holder: 'helm test' },
}
const pay = () =>
  fetch(`${URL}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(payment),
  })

const declined = await pay()
assert.equal(declined.status, 402)
const first = await declined.text()
const again = await pay()
assert.equal(again.headers.get('idempotency-replayed'), 'true')
assert.equal(await again.text(), first)
assert.equal((await fetch(`${URL}/payments/${randomUUID()}`)).status, 404)
console.log('a card was declined, twice with the same answer')
