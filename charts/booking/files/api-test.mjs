import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'

const { URL } = process.env
const id = randomUUID()
const unknown = await fetch(`${URL}/bookings/${id}`)
assert.equal(unknown.status, 404)
assert.match(unknown.headers.get('content-type'), /^application\/problem\+json/)
const confirm = (key) =>
  fetch(`${URL}/bookings/${id}/confirm`, { method: 'POST', headers: key && { 'idempotency-key': key } })
assert.equal((await confirm()).status, 400)
assert.equal((await confirm(randomUUID())).status, 404)
console.log('bookings are looked up, and keys are asked for')
