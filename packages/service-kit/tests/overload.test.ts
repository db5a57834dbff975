import { once } from 'node:events'
import http from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { asAdmin, buildSample } from './start-sample.ts'

/** `maxPresent` of `admission.ts`. */
const fullHouse = 1_000

interface Received {
  status: number | undefined
  headers: http.IncomingHttpHeaders
  body: Record<string, unknown>
}

describe('a service under overload', () => {
  let { promise: opened, resolve: open } = Promise.withResolvers<undefined>()
  let agent: http.Agent
  let reads: string[] = []
  let sample: ReturnType<typeof buildSample>
  let url: string
  let metricsUrl: string
  let waiting: Promise<Received>[] = []

  beforeEach(async () => {
    ;({ promise: opened, resolve: open } = Promise.withResolvers<undefined>())
    agent = new http.Agent({ keepAlive: true })
    reads = []
    waiting = []
    sample = buildSample({
      async read(id) {
        reads.push(id)
        await opened
        return { id, name: 'A' }
      },
      env: { MAX_CONCURRENCY: '4' },
    })
    ;({ url, metricsUrl } = await sample.start())
  })
  afterEach(async () => {
    open(undefined)
    await Promise.all(waiting)
    await sample.stop()
    agent.destroy()
  })

  function get(path: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Received> {
    return new Promise((resolve, reject) => {
      http
        .get(url + path, { agent, headers, ...(signal && { signal }) }, (res) => {
          res.toArray().then((chunks) => {
            const text = Buffer.concat(chunks as Buffer[]).toString()
            const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
            resolve({ status: res.statusCode, headers: res.headers, body })
          }, reject)
        })
        .on('error', reject)
    })
  }

  /** Sends more requests than there is room for, and keeps their handlers waiting; resolves when all have arrived. */
  async function fill(path = ''): Promise<void> {
    let answered = 0
    const filling = Array.from({ length: fullHouse + 100 }, async (_, n) => {
      const answer = await get(`/things/t${n}${path}`)
      answered += 1
      return answer
    })
    waiting.push(...filling)
    await eventually(() => {
      expect(answered).toBe(100)
    }, 20_000)
  }

  it('serves a burst of 500 completely', async () => {
    open(undefined)

    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => get(`/things/t${n}`)))

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(500)
  })

  it('admits a limited number, refuses the rest at once, and serves the admitted ones', async () => {
    await fill()

    const refused = await get('/things/late?size=1', {
      'X-Request-Id': 'mine',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    })

    // Nobody has been answered yet: it did not wait for its turn.
    expect(refused).toMatchObject({
      status: 503,
      headers: {
        'content-type': 'application/problem+json; charset=utf-8',
        'retry-after': '1',
        'x-request-id': 'mine',
      },
      body: {
        type: 'https://matinee.dev/problems/overloaded',
        status: 503,
        instance: '/things/late?size=1',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      },
    })
    open(undefined)
    const answers = Map.groupBy(await Promise.all(waiting), ({ status }) => status)
    expect([answers.get(200)?.length, answers.get(503)?.length]).toEqual([fullHouse, 100])
    expect(reads).not.toContain('late')
  })

  async function countRefusals(): Promise<number> {
    const metrics = await (await fetch(`${metricsUrl}/metrics`)).text()
    return Number(/^http_requests_refused_total\{.*\} (\d+)$/m.exec(metrics)?.[1])
  }

  it('counts its refusals without a log line for each', async () => {
    await fill()
    const refusals = await countRefusals()
    expect(refusals).toBe(100)
    await eventually(() => {
      const reports = sample.logs.lines.filter(({ message }) => message === 'requests refused')
      expect(reports.reduce((sum, { count }) => sum + Number(count), 0)).toBe(refusals)
      expect(reports.length).toBeLessThan(10)
    })
    expect(sample.logs.lines.filter(({ message }) => message === 'request')).toEqual([])
  })

  it('still answers probes and documents, and refuses a stream that would wait too long', async () => {
    await fill()

    for (const path of ['/livez', '/readyz', '/openapi.json', '/docs/']) {
      expect([path, (await get(path)).status]).toEqual([path, 200])
    }
    await fill('/events')
    expect((await get('/things/late/events')).status).toBe(503)
    expect(reads).not.toContain('late')
  })

  it('answers waiting requests at their deadline', async () => {
    const working = Array.from({ length: 4 }, (_, n) => get(`/things/t${n}`))
    await eventually(() => {
      expect(reads).toHaveLength(4)
    })

    expect((await get('/things/late', { 'X-Deadline-Ms': '50' })).status).toBe(503)
    open(undefined)
    await Promise.all(working)
    expect(reads).not.toContain('late')
    expect(await countRefusals()).toBe(1)
    expect(sample.logs.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('is not blocked by slow uploads', async () => {
    // The server says that it has begun with each.
    const jsonOf12Bytes = {
      'Content-Type': 'application/json',
      'Content-Length': '12',
      Expect: '100-continue',
    }
    const slow = Array.from({ length: 4 }, () => {
      const headers = { ...asAdmin, ...jsonOf12Bytes }
      const request = http.request(`${url}/things`, { method: 'POST', headers })
      request.flushHeaders()
      return request
    })
    await Promise.all(slow.map((request) => once(request, 'continue')))
    open(undefined)

    expect((await get('/things/a')).status).toBe(200)
    const answers = slow.map(async (request) => {
      request.end('{"name":"B"}')
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      return response.resume().statusCode
    })
    expect(await Promise.all(answers)).toEqual([201, 201, 201, 201])
  })

  it('does no work for callers that have gone', async () => {
    const working = Array.from({ length: 4 }, (_, n) => get(`/things/t${n}`))
    await eventually(() => {
      expect(reads).toHaveLength(4)
    })
    const leaving = new AbortController()
    const left = expect(get('/things/left', {}, leaving.signal)).rejects.toThrow('aborted')
    // Answered means that what came before it is in line.
    await get('/livez')
    leaving.abort()
    await left
    await get('/livez')
    open(undefined)
    await Promise.all(working)

    expect((await get('/things/after')).status).toBe(200)
    expect(reads).not.toContain('left')
  })
})
