import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aTheatre, asAdmin, startService, unknownId } from './start-service.ts'

describe('GET /theatres/{id}', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    theatre = await startService('read_theatre')
  })
  afterAll(() => theatre.stop())

  it('reads a theatre with the ETag of its creation', async () => {
    const { body, headers } = await theatre.api.post('/theatres').set(asAdmin).send(aTheatre())

    const read = await theatre.api.get(`/theatres/${String(body.id)}`)

    expect(read.status).toBe(200)
    expect(read.body).toEqual(body)
    expect(read.headers.etag).toMatch(/^"[\w-]+"$/)
    expect(read.headers.etag).toBe(headers['etag'])
  })

  it('answers 304 when the ETag still matches', async () => {
    const { body, headers } = await theatre.api.post('/theatres').set(asAdmin).send(aTheatre())

    const again = await theatre.api
      .get(`/theatres/${String(body.id)}`)
      .set({ 'If-None-Match': headers['etag'] ?? '', 'Cache-Control': 'max-age=0' })

    expect(again.status).toBe(304)
    expect(again.text).toBe('')
  })

  it('answers 404 for an unknown id, and 400 for a malformed one', async () => {
    expect((await theatre.api.get(`/theatres/${unknownId}`)).status).toBe(404)
    expect((await theatre.api.get('/theatres/7')).status).toBe(400)
    expect((await theatre.api.get('/theatres/%ff')).status).toBe(400)
  })
})
