import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import { rawRequest } from '@matinee/test-kit/raw-request'
import { aBooking, answerBookings, answerMovies, movie, movieId, ok, theatreId } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const id = '0b8e3f9c-3c1b-4c39-9d3e-0d6f2d0c7d11'

describe('the edge', () => {
  let dashboard: Awaited<ReturnType<typeof startDashboard>>
  beforeAll(async () => {
    dashboard = await startDashboard()
  })
  afterAll(() => dashboard.stop())
  beforeEach(() => {
    dashboard.fakes.movie.answer = answerMovies
    dashboard.fakes.booking.answer = answerBookings
    for (const { calls } of Object.values(dashboard.fakes)) calls.length = 0
  })

  it.each([
    ['movie', 'GET', '/movies?q=sol'],
    ['movie', 'POST', '/movies'],
    ['movie', 'GET', `/movies/${movieId}`],
    ['movie', 'PATCH', `/movies/${movieId}`],
    ['movie', 'DELETE', `/movies/${movieId}`],
    ['theatre', 'GET', '/theatres'],
    ['theatre', 'POST', '/theatres'],
    ['theatre', 'GET', `/theatres/${theatreId}`],
    ['theatre', 'PATCH', `/theatres/${theatreId}`],
    ['theatre', 'DELETE', `/theatres/${theatreId}`],
    ['booking', 'GET', '/bookings?reference=K7TQ2MXA'],
    ['booking', 'POST', '/bookings'],
    ['booking', 'GET', `/bookings/${id}`],
    ['booking', 'POST', `/bookings/${id}/confirm`],
    ['booking', 'POST', `/bookings/${id}/cancel`],
    ['booking', 'GET', '/screenings'],
    ['booking', 'GET', '/screenings/seats'],
    ['payment', 'POST', '/payments'],
    ['payment', 'GET', `/payments/${id}`],
  ] as const)('forwards to %s: %s %s', async (service, method, path) => {
    dashboard.fakes[service].answer = () => ok({})

    await fetch(`${dashboard.url}/api${path}`, { method })

    const { pathname, searchParams } = new URL(path, 'http://any')
    expect(dashboard.fakes[service].calls).toMatchObject([
      { method, path: pathname, query: Object.fromEntries(searchParams) },
    ])
  })

  it.each([
    ['get', '/payments'],
    ['get', '/payments?bookingId=1'],
    ['post', `/payments/${id}/refund`],
    ['post', `/payments/${id}/settle`],
    ['put', `/movies/${movieId}`],
    ['options', '/movies'],
    ['delete', '/bookings'],
    ['get', '/movies/'],
    ['get', '/Movies'],
    ['get', '/readyz'],
    ['get', '/livez'],
    ['get', '/metrics'],
    ['get', '/openapi.json'],
    ['get', '/docs'],
    ['get', ''],
    ['get', '/'],
  ] as const)('does not publish %s %s', async (method, path) => {
    const answer = await dashboard.api[method](`/api${path}`).set('Accept', 'text/html')

    expect(answer.status).toBe(404)
    expect(answer.body).toMatchObject({ type: 'https://matinee.dev/problems/not-found' })
    expect(Object.values(dashboard.fakes).flatMap(({ calls }) => calls)).toEqual([])
  })

  it('forwards end-to-end headers, but neither the cookie nor what belongs between services', async () => {
    dashboard.fakes.booking.answer = () => ok(aBooking(), 201)
    const trace = '0af7651916cd43dd8448eb211c80319c'

    const answer = await dashboard.api
      .post('/api/bookings')
      .set({
        'Idempotency-Key': '"key-1"',
        'If-Match': '"tag"',
        Authorization: 'Bearer token',
        Cookie: 'matinee=secret',
        'X-Request-Id': 'request-1',
        'X-Forwarded-For': '203.0.113.1',
        'X-Deadline-Ms': '1',
        'X-Client-Session': 'forged',
        'X-Client-Address': 'forged',
        'X-Envoy-Retry-On': '5xx',
        traceparent: `00-${trace}-b7ad6b7169203331-01`,
      })
      .send({ movieId })

    const { headers, body } = dashboard.fakes.booking.calls[0] ?? {}
    expect(body).toEqual({ movieId })
    expect(headers).toMatchObject({
      'idempotency-key': '"key-1"',
      'if-match': '"tag"',
      authorization: 'Bearer token',
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      'x-forwarded-for': '127.0.0.1',
      traceparent: expect.stringContaining(trace),
      'x-deadline-ms': expect.stringMatching(/^[1-5]\d{3}$/),
    })
    expect(headers).not.toHaveProperty('cookie')
    expect(JSON.stringify(headers)).not.toMatch(/forged|envoy/)
    expect(answer.headers['x-request-id']).toBe('request-1')
  })

  it.each([
    ['down', 'reset' as const, 503, 'dependency-unavailable'],
    ['failing', problemAnswer(503, 'store-unavailable'), 503, 'store-unavailable'],
    ['refusing', problemAnswer(404, 'not-found'), 404, 'not-found'],
  ])('answers when a service is %s', async (_what, reply, status, slug) => {
    dashboard.fakes.movie.answer = () => reply

    const answer = await dashboard.api.get(`/api/movies/${movieId}`)

    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ type: `https://matinee.dev/problems/${slug}` })
  })

  it('retries a read when the connection breaks, and never a POST without a key', async () => {
    dashboard.fakes.movie.answer = () => (dashboard.fakes.movie.calls.length === 1 ? 'reset' : ok(movie))

    expect((await dashboard.api.get(`/api/movies/${movieId}`)).status).toBe(200)
    dashboard.fakes.movie.calls.length = 0
    expect((await dashboard.api.post('/api/movies').send({})).status).toBe(503)
    expect(dashboard.fakes.movie.calls).toHaveLength(1)
  })

  it.each(['http://h/api/movies', 'ab://x/api/movies', 'http://h/movies'])(
    'answers the target %s without asking a service',
    async (target) => {
      const { status, text } = await rawRequest(
        dashboard.url,
        `GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
      )

      expect(status).toBe(400)
      expect(text).toMatch('/problems/malformed-request')
      expect(dashboard.fakes.movie.calls).toEqual([])
    },
  )

  it('answers HEAD like GET, without the body', async () => {
    const head = await dashboard.api.head(`/api/movies/${movieId}`)

    expect(head.status).toBe(200)
    expect(head.text).toBeUndefined()
    expect(dashboard.fakes.movie.calls).toMatchObject([{ method: 'HEAD' }])
  })

  it('refuses a body of more than 100 kB', async () => {
    const answer = await dashboard.api.post('/api/bookings').send({ text: 'x'.repeat(102_400) })

    expect(answer.status).toBe(413)
    expect(answer.body).toMatchObject({ type: 'https://matinee.dev/problems/payload-too-large' })
    expect(dashboard.fakes.booking.calls).toEqual([])
  })
})

describe('the edge with a slow service', () => {
  it('answers 504', async () => {
    const dashboard = await startDashboard({ CALL_TIMEOUT_MS: '100' })
    dashboard.fakes.movie.answer = () => 'hang'

    const answer = await dashboard.api.get('/api/movies')

    expect(answer.status).toBe(504)
    expect(answer.body).toMatchObject({ type: 'https://matinee.dev/problems/dependency-timeout' })
    await dashboard.stop()
  })
})

describe('the edge with slow readers', () => {
  // More than the sockets on both sides buffer.
  const large = { ...movie, synopsis: 'x'.repeat(9_000_000) }

  /** Asks for the large movie and reads nothing of the answer. */
  async function readSlowly(url: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined)
    await once(socket, 'connect')
    socket.pause()
    socket.write(`GET /api/movies/${movieId} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
    return socket
  }

  it('serves others when every place was taken by one', async () => {
    const dashboard = await startDashboard({ MAX_CONCURRENCY: '2' })
    dashboard.fakes.movie.answer = ({ path }) =>
      path === '/movies' ? ok({ items: [], next: null }) : ok(large)
    const slow = await Promise.all([1, 2].map(() => readSlowly(dashboard.url)))
    await eventually(() => {
      expect(dashboard.fakes.movie.calls).toHaveLength(2)
    })

    expect((await dashboard.api.get('/api/movies')).status).toBe(200)

    for (const socket of slow) socket.destroy()
    await dashboard.stop()
  })
})
