import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aTheatre, asAdmin, startService } from './start-service.ts'

describe('The common rules of the HTTP API', () => {
  let theatre: Awaited<ReturnType<typeof startService>>
  beforeAll(async () => {
    theatre = await startService('common_rules', { REQUEST_TIMEOUT_MS: '60000' })
  })
  afterAll(() => theatre.stop())

  it('is alive and ready', async () => {
    expect((await theatre.api.get('/livez')).status).toBe(200)
    expect((await theatre.api.get('/readyz')).status).toBe(200)
  })

  it('serves its OpenAPI document and Swagger UI', async () => {
    expect((await theatre.api.get('/openapi.json')).body).toMatchObject({ openapi: '3.1.0' })
    const docs = await theatre.api.get('/docs/')
    expect(docs.headers['content-type']).toContain('text/html')
  })

  it('answers errors as problem details with a trace id', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

    const missing = await theatre.api
      .get('/nothing?here=1')
      .set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`)

    expect(missing.status).toBe(404)
    expect(missing.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(missing.body).toEqual({
      type: 'https://matinee.dev/problems/not-found',
      title: expect.any(String),
      status: 404,
      detail: expect.any(String),
      instance: '/nothing?here=1',
      traceId,
    })
  })

  it.each([
    ['put', '/theatres', 'GET, HEAD, POST'],
    ['post', '/theatres/64b7f0c2a1d3e4f5a6b7c8d9', 'DELETE, GET, HEAD, PATCH'],
  ] as const)('answers %s %s with 405 and the allowed methods', async (method, path, allow) => {
    const refused = await theatre.api[method](path)

    expect(refused.status).toBe(405)
    expect(refused.headers.allow).toBe(allow)
  })

  it.each([
    ['no JSON', '{"name": ', {}, 400],
    ['no body', undefined, {}, 400],
    ['a list', '[]', {}, 422],
    ['of another media type', 'name=A', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['in an unknown encoding', '{}', { 'Content-Encoding': 'compress' }, 415],
    ['too large', JSON.stringify({ name: 'A'.repeat(200_000) }), {}, 413],
  ])('refuses a body that is %s', async (_what, body, headers, status) => {
    const refused = await theatre.api
      .post('/theatres')
      .set({ 'Content-Type': 'application/json', ...asAdmin, ...headers })
      .send(body)

    expect(refused.status).toBe(status)
  })

  it('accepts a well-formed request id, and generates one otherwise', async () => {
    const given = await theatre.api.get('/theatres').set('X-Request-Id', 'a.B-3_c')
    const made = await theatre.api.get('/theatres').set('X-Request-Id', 'a b')

    expect(given.headers['x-request-id']).toBe('a.B-3_c')
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('logs the route of a request, but neither its body nor its token', async () => {
    const { headers } = await theatre.api
      .post('/theatres')
      .set(asAdmin)
      .send(aTheatre({ name: 'Nobody logs me' }))

    expect(theatre.logs.lines).toContainEqual(
      expect.objectContaining({
        message: 'request',
        service: 'theatre',
        method: 'POST',
        route: '/theatres',
        status: 201,
        requestId: headers['x-request-id'],
      }),
    )
    expect(theatre.logs.text()).not.toContain('Nobody logs me')
    expect(theatre.logs.text()).not.toContain('test-admin-token')
    expect(await theatre.metrics()).toMatch(
      /http_request_duration_seconds_count\{.*method="POST".*route="\/theatres".*status="201".*\} 1/,
    )
  })

  it('serves a burst of 500 requests', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, () => theatre.api.get('/theatres?limit=1')))

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
