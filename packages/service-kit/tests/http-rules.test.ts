import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProblemError } from '../src/http/problem.ts'
import { asAdmin, buildSample } from './start-sample.ts'

/** Cannot occur by chance in a log full of random ids. */
const secret = 'the-secret-of-the-caller'

describe('the HTTP rules of every service', () => {
  const sample = buildSample({
    read(id) {
      if (id === 'missing') throw new ProblemError('not-found', 'There is no such thing.')
      if (id === 'broken') throw new Error('of our own making', { cause: { state: secret } })
      return Promise.resolve({ id, name: 'A' })
    },
  })
  let client: Awaited<ReturnType<typeof sample.start>>['client']
  beforeAll(async () => {
    client = (await sample.start()).client
  })
  afterAll(() => sample.stop())

  it.each(['a', 'A-z_0.9', 'x'.repeat(128)])('keeps the request id %j', async (id) => {
    const { headers } = await client.get('/things/a').set('X-Request-Id', id)

    expect(headers['x-request-id']).toBe(id)
  })

  it.each(['', 'a b', 'a/b', 'x'.repeat(129)])('replaces the request id %j', async (id) => {
    const { headers } = await client.get('/things/a').set('X-Request-Id', id)

    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  })

  it.each([
    ['a trace of the caller', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', /^4bf92f3577b34da6/],
    ['a trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, /^(?!0{32})[0-9a-f]{32}$/],
    [
      'a span of zeros',
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
      /^(?!4bf92f)[0-9a-f]{32}$/,
    ],
    ['no trace', 'x', /^[0-9a-f]{32}$/],
  ])('puts the trace id into a problem: %s', async (_what, traceparent, expected) => {
    const { body } = await client.get('/things/missing').set('traceparent', traceparent)

    expect(body.traceId).toMatch(expected)
  })

  it.each(['/nothing', '/things/a/', '/Things/a', '/metrics'])('answers GET %s with 404', async (path) => {
    expect(await client.get(path)).toMatchObject({ status: 404, body: { status: 404 } })
  })

  it.each([
    ['put', '/things/a', 'DELETE, GET, HEAD, PATCH'],
    ['get', '/things', 'POST'],
    ['delete', '/things', 'POST'],
  ] as const)('answers %s %s with 405 and the allowed methods', async (method, path, allow) => {
    const { status, headers, body } = await client[method](path)

    expect(status).toBe(405)
    expect(headers['allow']).toBe(allow)
    expect(body.type).toBe('https://matinee.dev/problems/method-not-allowed')
  })

  it('answers HEAD like GET, without the body', async () => {
    const { status, text, headers } = await client.head('/things/a')

    expect([status, text]).toEqual([200, undefined])
    expect(headers['etag']).toBe((await client.get('/things/a')).headers.etag)
  })

  const json = 'application/json'
  it.each([
    ['no JSON', '{"name":', json, 400, 'malformed-json'],
    ['nothing', undefined, json, 400, 'malformed-json'],
    ['no object', '7', json, 422, 'validation-failed'],
    ['a form', 'name=A', 'application/x-www-form-urlencoded', 415, 'unsupported-media-type'],
    ['another character set', '{}', `${json}; charset=latin1`, 415, 'unsupported-media-type'],
    ['more than 100 kB', `{"name":"${'A'.repeat(103_000)}"}`, json, 413, 'payload-too-large'],
  ])('refuses a body that is %s', async (_what, raw, type, status, problem) => {
    const refused = await client.post('/things').set(asAdmin).set('Content-Type', type).send(raw)

    expect(refused).toMatchObject({
      status,
      body: { type: `https://matinee.dev/problems/${problem}`, instance: '/things' },
    })
  })

  it('accepts a merge patch for PATCH only', async () => {
    const mergePatch = { ...asAdmin, 'Content-Type': 'application/merge-patch+json' }

    expect((await client.patch('/things/a').set(mergePatch).send({ name: 'B' })).status).toBe(200)
    expect((await client.post('/things').set(mergePatch).send({ name: 'B' })).status).toBe(415)
  })

  it('points at every mistake in a body', async () => {
    const refused = await client
      .post('/things')
      .set(asAdmin)
      .send({ name: 5, parts: [{ n: 1 }, { n: 'x', m: 1 }], 'a/b~c': 1 })

    expect(refused.status).toBe(422)
    const pointers = (refused.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)
    expect(pointers.sort()).toEqual(['/a~1b~0c', '/name', '/parts/1/m', '/parts/1/n'])
  })

  it('repeats little of a body, however much is wrong with it', async () => {
    const fields = Array.from({ length: 500 }, (_, index) => [`${index}${'~/'.repeat(80)}`, 1] as const)
    const parts = Array.from({ length: 500 }, () => 5)

    const refused = await client
      .post('/things')
      .set(asAdmin)
      .send({ name: 'A', parts, ...Object.fromEntries(fields) })

    expect(refused.status).toBe(422)
    expect(refused.body.errors).toHaveLength(20)
    const named = await client
      .post('/things')
      .set(asAdmin)
      .send({ name: 'A', ['x'.repeat(5_000)]: 1 })
    expect(named.body.errors).toEqual([{ pointer: `/${'x'.repeat(100)}`, detail: 'Unknown field' }])
  })

  it.each(['/things/%ff', '/things/a-b', '/things/a?size=x'])('answers %s with 400', async (path) => {
    expect((await client.get(path)).status).toBe(400)
  })

  it('distinguishes 401 from 403', async () => {
    const none = await client.post('/things').send({ name: 'A' })

    expect(none.status).toBe(401)
    expect(none.headers['www-authenticate']).toBe('Bearer')
    expect((await client.post('/things').set('Authorization', 'Basic YTpi').send({ name: 'A' })).status).toBe(
      401,
    )
    expect((await client.post('/things').set('Authorization', 'Bearer x').send({ name: 'A' })).status).toBe(
      403,
    )
    expect(
      (await client.post('/things').set('Authorization', 'bearer sample-token').send({ name: 'A' })).status,
    ).toBe(201)
  })

  it('accepts the previous admin token too, and reports every wrong one', async () => {
    const post = (token: string) =>
      client.post('/things').set('Authorization', `Bearer ${token}`).send({ name: 'A' })

    expect((await post('previous-token')).status).toBe(201)
    const before = sample.logs.lines.filter(({ message }) => message === 'admin token wrong').length
    expect((await post('not-the-secret')).status).toBe(403)
    expect(sample.logs.lines.filter(({ message }) => message === 'admin token wrong')).toHaveLength(
      before + 1,
    )
  })

  it('sends the Location of a new resource', async () => {
    expect((await client.post('/things').set(asAdmin).send({ name: 'A' })).headers.location).toBe(
      '/things/new',
    )
  })

  it('refuses a request whose deadline has passed', async () => {
    const refused = await client.get('/things/a').set('X-Deadline-Ms', '0')

    expect(refused.status).toBe(503)
    expect(refused.headers['retry-after']).toBe('1')
    expect((await client.get('/things/a').set('X-Deadline-Ms', 'x')).status).toBe(200)
  })

  it('keeps bodies, tokens and the state of drivers out of logs and answers', async () => {
    await client.post('/things').set(asAdmin).send({ name: secret })
    await client
      .post('/things')
      .set('Authorization', `Bearer ${secret}`)
      .send({ name: secret, [secret]: 1 })
    await client
      .post('/things')
      .set({ ...asAdmin, 'Content-Type': 'application/json' })
      .send(`{"name": "${secret}"`)
    const broken = await client.get('/things/broken')

    expect(broken.status).toBe(500)
    expect(broken.text).not.toMatch(/of our own making|\.ts|the-secret/)
    expect(sample.logs.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        traceId: broken.body.traceId,
        error: expect.objectContaining({
          message: 'of our own making',
          stack: expect.stringContaining('http-rules'),
        }),
      }),
    )
    expect(sample.logs.text()).not.toMatch(/the-secret|sample-token/)
  })
})
