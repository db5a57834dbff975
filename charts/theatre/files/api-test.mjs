import assert from 'node:assert/strict'

const { URL, ADMIN_TOKEN } = process.env
const call = (method, path, body, token = ADMIN_TOKEN) =>
  fetch(URL + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })

const theatre = {
  name: `helm test ${Date.now()}`,
  city: 'Testville',
  available: false,
  price: { amount: 100, currency: 'EUR' },
  screens: [{ name: 'One', rows: 1, seatsPerRow: 1 }],
}
assert.equal((await call('POST', '/theatres', theatre, 'wrong')).status, 403)
const added = await call('POST', '/theatres', theatre)
assert.equal(added.status, 201)
const { id } = await added.json()
const listed = await (await call('GET', '/theatres?city=Testville')).json()
assert.ok(listed.items.some((item) => item.id === id))
assert.equal((await call('DELETE', `/theatres/${id}`)).status, 204)
assert.equal((await call('GET', `/theatres/${id}`)).status, 404)
console.log('a theatre was added, listed and deleted')
