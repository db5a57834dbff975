import { describe, expect, it } from '@jest/globals'
import { rawRequest } from '@matinee/test-kit/raw-request'
import { adminToken, api, baseUrl } from '../../e2e/support/api.ts'

const urls = JSON.parse(process.env['SERVICE_URLS'] ?? '{}') as Record<string, string>

/** Sends a GET with exactly this target and these headers. */
function get(url: string, target: string, ...headers: string[]) {
  const lines = [`GET ${target} HTTP/1.1`, ...headers, 'Connection: close']
  return rawRequest(url, `${lines.join('\r\n')}\r\n\r\n`)
}

describe('an attacker at the edge', () => {
  it.each([['http://h/api/movies'], ['ab://x/api/movies'], ['http://h/readyz'], ['*']])(
    'cannot ask for the target %s',
    async (target) => {
      const { status, text } = await get(baseUrl, target, 'Host: h')

      expect(status).toBe(400)
      // Node's own parser refuses the last one.
      if (target !== '*') expect(text).toMatch('/problems/malformed-request')
    },
  )

  it('cannot send two Host headers', async () => {
    const { status, text } = await get(baseUrl, '/api/movies', 'Host: a', 'Host: b')

    expect(status).toBe(400)
    expect(text).toMatch('/problems/malformed-request')
  })

  it('cannot set a deadline', async () => {
    for (const path of ['/api/movies', '/api/theatres', '/'])
      expect((await get(baseUrl, path, 'Host: h', 'X-Deadline-Ms: 0')).status).toBe(200)
  })

  it('guesses at most ten admin tokens a minute', async () => {
    // Of its own, for the other tests go on.
    const address = { 'X-Forwarded-For': '198.51.100.77' }
    const guess = (token: string) =>
      api('DELETE', '/movies/64b7f0c2a1d3e4f5a6b7c8d9', undefined, {
        ...address,
        Authorization: `Bearer ${token}`,
      })

    const guesses = await Promise.all(Array.from({ length: 30 }, (_, n) => guess(`wrong-${n}`)))

    const statuses = guesses.map(({ status }) => status).sort()
    expect(statuses).toEqual([...Array<number>(10).fill(403), ...Array<number>(20).fill(429)])
    expect((await guess(adminToken())).status).toBe(429)
  })

  it('learns nothing from probes', async () => {
    for (const path of ['/livez', '/readyz', '/api/readyz', '/metrics'])
      expect([path, (await get(baseUrl, path, 'Host: h')).status]).toEqual([path, 404])
  })
})

describe('a web page whose name points to this machine', () => {
  it.each(['movie', 'theatre', 'booking', 'payment'])('cannot read from %s', async (name) => {
    const url = urls[name] ?? ''

    const rebound = await get(url, '/readyz', 'Host: rebound.example.com')

    expect(rebound.status).toBe(421)
    expect(rebound.text).toMatch('/problems/misdirected-request')
    expect((await get(url, '/readyz', `Host: ${new URL(url).host}`)).status).toBe(200)
  })
})
