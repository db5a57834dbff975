import assert from 'node:assert/strict'

const { URL } = process.env
const home = await fetch(URL)
assert.equal(home.status, 200)
assert.match(await home.text(), /Matinee/)
for (const path of ['/api/livez', '/api/metrics', '/api/payments?unsettled=true']) {
  assert.equal((await fetch(URL + path)).status, 404, `${path} is not published`)
}
console.log('the pages are served, and nothing internal is published')
