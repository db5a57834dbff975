import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import type { Part } from '../src/lifecycle/service.ts'
import { buildSample } from './start-sample.ts'

/** Sends requests over one connection that stays open. */
function keepAlive() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  return (url: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      http
        .get(url, { agent }, (res) => {
          res.toArray().then((chunks) => {
            resolve({ status: res.statusCode, text: Buffer.concat(chunks as Buffer[]).toString() })
          }, reject)
        })
        .on('error', reject)
    })
}

async function freePort(): Promise<number> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await server[Symbol.asyncDispose]()
  return port
}

function gate() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return {
    promise,
    open: () => {
      resolve(undefined)
    },
  }
}

describe('the life of a service', () => {
  it('is alive before its stores are open, and ready afterwards', async () => {
    const store = gate()
    const port = await freePort()
    const sample = buildSample({ parts: [{ start: () => store.promise }], env: { PORT: String(port) } })
    const starting = sample.start()
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status

    await eventually(async () => {
      expect(await status('/livez')).toBe(200)
    })
    expect(await status('/readyz')).toBe(503)
    store.open()
    const { metricsUrl } = await starting

    expect(await status('/readyz')).toBe(200)
    expect((await fetch(`${metricsUrl}/other`)).status).toBe(404)
    const metrics = await fetch(`${metricsUrl}/metrics`)
    expect(metrics.headers.get('content-type')).toContain('text/plain')
    expect(await metrics.text()).toMatch(/^process_cpu_seconds_total\{service="sample"\} /m)
    await sample.stop()
  })

  it('reports its circuit breakers at /readyz', async () => {
    const sample = buildSample({ parts: [{ breaker: { name: 'things', state: () => 'open' } }] })
    const { url } = await sample.start()

    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'up',
      breakers: { things: 'open' },
    })
    await sample.stop()
  })

  it('has its probes on the metrics port when its own port is public', async () => {
    const breaker = { name: 'things', state: () => 'open' as const }
    const sample = buildSample({ parts: [{ breaker }], isPublic: true })
    const { url, metricsUrl } = await sample.start()

    for (const path of ['/livez', '/readyz']) expect((await fetch(url + path)).status).toBe(404)
    expect(await (await fetch(`${metricsUrl}/livez`)).json()).toEqual({ status: 'up' })
    const ready = await fetch(`${metricsUrl}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'up', breakers: { things: 'open' } }])
    await sample.stop()
  })

  it('shows metrics where METRICS_HOST says', async () => {
    const sample = buildSample({ env: { HOST: '127.0.0.1', METRICS_HOST: '127.0.0.2' } })
    const { metricsUrl } = await sample.start()

    await expect(fetch(`${metricsUrl}/metrics`)).rejects.toThrow('fetch failed')
    expect((await fetch(`${metricsUrl.replace('127.0.0.1', '127.0.0.2')}/metrics`)).status).toBe(200)
    await sample.stop()
  })

  it('starts its parts in order, and stops them in reverse', async () => {
    const order: string[] = []
    const part = (name: string): Part => ({
      start: () => Promise.resolve(void order.push(`start ${name}`)),
      stop: () => Promise.resolve(void order.push(`stop ${name}`)),
    })
    const sample = buildSample({ parts: [part('store'), {}, part('worker')] })

    await sample.start()
    await sample.stop()
    await sample.stop()

    expect(order).toEqual(['start store', 'start worker', 'stop worker', 'stop store'])
  })

  it('releases its ports when one is taken, or when it is stopped during the start', async () => {
    const [port, taken] = [await freePort(), http.createServer().listen(0, '127.0.0.1')]
    await once(taken, 'listening')
    const env = { PORT: String(port), METRICS_PORT: String((taken.address() as AddressInfo).port) }
    const unlucky = buildSample({ env })
    await expect(unlucky.start()).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await unlucky.stop()
    await taken[Symbol.asyncDispose]()

    const interrupted = buildSample({ env })
    const starting = interrupted.start()
    await interrupted.stop()
    await starting

    await expect(keepAlive()(`http://127.0.0.1:${port}/livez`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    })
  })

  it('interrupts a start that waits when it stops, and starts no further part', async () => {
    const order: string[] = []
    const store = Promise.withResolvers<undefined>()
    const sample = buildSample({
      parts: [
        { start: () => (order.push('waiting'), store.promise) },
        { start: () => Promise.resolve(void order.push('started')) },
      ],
    })
    const starting = sample.start()
    await eventually(() => {
      expect(order).toEqual(['waiting'])
    })

    const stopping = sample.stop()
    store.reject(new Error('interrupted'))
    await Promise.all([starting, stopping])

    expect(order).toEqual(['waiting'])
    expect(sample.logs.lines.map(({ message }) => message)).toEqual(['stopping', 'stopped'])
  })

  it('does not wait for a connection that was never used', async () => {
    const sample = buildSample()
    const { url } = await sample.start()
    const socket = connect(Number(new URL(url).port), '127.0.0.1').resume()
    await once(socket, 'connect')
    const started = performance.now()

    await sample.stop()

    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('answers one more request over an open connection, and then closes it', async () => {
    const sample = buildSample()
    const { url } = await sample.start()
    const get = keepAlive()
    await get(`${url}/livez`)

    const stopping = sample.stop()

    expect(await get(`${url}/things/a`)).toMatchObject({ status: 200 })
    await expect(get(`${url}/things/a`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await stopping
  })

  it('answers requests in flight when it stops, and accepts no new connection', async () => {
    const arrived = gate()
    const answer = gate()
    let storeOpen = true
    const sample = buildSample({
      async read(id) {
        arrived.open()
        await answer.promise
        return { id, name: storeOpen ? 'from the store' : 'too late' }
      },
      parts: [{ stop: () => Promise.resolve(void (storeOpen = false)) }],
    })
    const { url } = await sample.start()
    const get = keepAlive()
    expect((await get(`${url}/livez`)).status).toBe(200)
    const inFlight = get(`${url}/things/a`)
    await arrived.promise

    const started = performance.now()
    const stopping = sample.stop()
    await expect(keepAlive()(`${url}/livez`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    answer.open()

    expect(await inFlight).toEqual({ status: 200, text: '{"id":"a","name":"from the store"}' })
    await stopping
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(sample.logs.lines.at(-1)).toMatchObject({ message: 'stopped' })
  })

  it('waits no longer than SHUTDOWN_TIMEOUT_MS', async () => {
    const arrived = gate()
    const sample = buildSample({
      read() {
        arrived.open()
        return new Promise(() => undefined)
      },
      env: { SHUTDOWN_TIMEOUT_MS: '50' },
    })
    const { url } = await sample.start()
    const abandoned = expect(keepAlive()(`${url}/things/a`)).rejects.toMatchObject({ code: 'ECONNRESET' })
    await arrived.promise

    await sample.stop()

    await abandoned
  })

  it('answers in time even if the handler is late, and closes its stores after the handler', async () => {
    const handler = gate()
    const order: string[] = []
    const sample = buildSample({
      async read(id) {
        await handler.promise
        order.push('handler done')
        return { id, name: 'A' }
      },
      parts: [{ stop: () => Promise.resolve(void order.push('store closed')) }],
      env: { REQUEST_TIMEOUT_MS: '50' },
    })
    const { client } = await sample.start()

    const late = await client.get('/things/a')
    const stopping = sample.stop()
    handler.open()
    await stopping

    expect(late.status).toBe(503)
    expect(late.body.type).toBe('https://matinee.dev/problems/deadline-exceeded')
    expect(order).toEqual(['handler done', 'store closed'])
  })
})
