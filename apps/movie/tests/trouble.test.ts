import { afterEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { loadConfig } from '../src/config.ts'
import { aMovie, aTheatre, asAdmin, startService } from './start-service.ts'

const showtimes = ['2030-06-01T18:00:00.000Z']

describe('When the theatre service fails', () => {
  let movie: Awaited<ReturnType<typeof startService>>
  const roxy = aTheatre()
  async function start(callTimeoutMs: number) {
    movie = await startService('theatre_trouble', { env: { CALL_TIMEOUT_MS: String(callTimeoutMs) } })
    movie.theatre.theatres.push(roxy)
  }
  afterEach(() => movie.stop())

  // Only the call that is never answered may meet its timeout, however slow the machine is.
  const troubles: [string, FakeAnswer, number, number, string][] = [
    ['breaks connections', 'reset', 10_000, 503, 'dependency-unavailable'],
    ['never answers', 'hang', 300, 504, 'dependency-timeout'],
    ['fails', { status: 500, text: '{}' }, 10_000, 503, 'dependency-unavailable'],
    ['answers without JSON', { status: 200, text: '<html>' }, 10_000, 503, 'dependency-unavailable'],
    ['breaks its contract', { status: 200, body: { name: 7 } }, 10_000, 503, 'dependency-unavailable'],
  ]

  it.each(troubles)(
    'reports it and stores nothing when it %s',
    async (_what, trouble, callTimeoutMs, status, problem) => {
      await start(callTimeoutMs)
      const kept = await movie.api.post('/movies').set(asAdmin).send(aMovie())
      const path = `/movies/${String(kept.body.id)}`
      movie.theatre.answer = () => trouble
      const listings = [{ theatreId: roxy.id, showtimes }]
      const started = performance.now()

      const refused = await Promise.all([
        movie.api.post('/movies').set(asAdmin).send(aMovie({ listings })),
        movie.api
          .post('/movies')
          .set(asAdmin)
          .send(aMovie({ listings: undefined })),
        movie.api.patch(path).set(asAdmin).send({ listings }),
      ])

      expect(performance.now() - started).toBeLessThan(5_000)
      for (const answer of refused) {
        expect(answer.status).toBe(status)
        expect(answer.body).toMatchObject({
          type: `https://matinee.dev/problems/${problem}`,
          dependency: 'theatre',
        })
        expect('retry-after' in answer.headers).toBe(status === 503)
      }
      expect((await movie.api.get('/movies')).body.items).toEqual([kept.body])
      // Changes that do not need the theatre service still work.
      expect((await movie.api.patch(path).set(asAdmin).send({ title: 'Mended' })).status).toBe(200)
      expect((await movie.api.get('/readyz')).status).toBe(200)
    },
  )

  it('opens the circuit breaker after many failures, and closes it after a recovery', async () => {
    await start(10_000)
    movie.theatre.answer = () => 'reset'
    const listings = [{ theatreId: roxy.id, showtimes }]
    const add = () => movie.api.post('/movies').set(asAdmin).send(aMovie({ listings }))
    await Promise.all(Array.from({ length: 12 }, add))
    const before = movie.theatre.calls.length

    const refused = await add()

    expect(refused.status).toBe(503)
    expect(refused.body.type).toBe('https://matinee.dev/problems/dependency-unavailable')
    expect(movie.theatre.calls.length).toBe(before)
    expect(await movie.metrics()).toMatch(/circuit_breaker_state\{dependency="theatre",service="movie"\} 1/)
    expect(movie.logs.lines).toContainEqual(
      expect.objectContaining({ message: 'circuit breaker', dependency: 'theatre', state: 'open' }),
    )

    movie.theatre.recover()
    await eventually(async () => {
      expect((await movie.api.post('/movies').set(asAdmin).send(aMovie({ listings }))).status).toBe(201)
    })
    expect(await movie.metrics()).toMatch(/circuit_breaker_state\{dependency="theatre",service="movie"\} 0/)
  })
})

describe('An invalid configuration', () => {
  it('is refused with all of its errors and none of its values', () => {
    const load = () => loadConfig({ PORT: 'high', THEATRE_URL: 'secret-host', THEATRE_REFRESH_MS: '0' })

    expect(load).toThrow(
      /PORT: .*\n.*MONGODB_URL: is missing\n.*THEATRE_URL: .*\n.*ADMIN_TOKEN: is missing\n.*THEATRE_REFRESH_MS: /,
    )
    expect(load).not.toThrow(/secret-host|high/)
  })
})
