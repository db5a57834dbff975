import assert from 'node:assert/strict'

const { URL, ADMIN_TOKEN } = process.env
const call = (method, path, body, token = ADMIN_TOKEN) =>
  fetch(URL + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })

const movie = { title: `helm test ${Date.now()}`, durationMinutes: 1, listings: [] }
assert.equal((await call('POST', '/movies', movie, 'wrong')).status, 403)
const added = await call('POST', '/movies', movie)
assert.equal(added.status, 201)
const { id } = await added.json()
const found = await (await call('GET', `/movies?q=${encodeURIComponent(movie.title)}`)).json()
assert.deepEqual(
  found.items.map((item) => item.id),
  [id],
)
assert.equal((await call('DELETE', `/movies/${id}`)).status, 204)
assert.equal((await call('GET', `/movies/${id}`)).status, 404)
console.log('a movie was added, found and deleted')
