import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import type { Api } from '@matinee/contracts/endpoint'
import { eventually } from '@matinee/test-kit/eventually'
import { problemAnswer, startFakeService } from '@matinee/test-kit/fake-service'
import type { FakeService } from '@matinee/test-kit/fake-service'
import { createClient } from '../src/calls/client.ts'
import type { ServiceClient } from '../src/calls/client.ts'
import { createRetryBudget } from '../src/calls/transport.ts'
import { countdown, runInContext } from '../src/http/context.ts'
import { aKit } from './start-kit.ts'

const Thing = z.object({ id: z.string(), size: z.int() })
const api = {
  read: {
    method: 'get',
    path: '/things/{id}',
    summary: '',
    params: z.object({ id: z.string() }),
    query: z.object({ deep: z.string().optional() }),
    answer: { status: 200, body: Thing },
    problems: [],
  },
  make: {
    method: 'post',
    path: '/things',
    summary: '',
    body: z.object({ size: z.int() }),
    answer: { status: 201, body: Thing, location: '/things/{id}' },
    problems: [],
  },
  makeOnce: {
    method: 'post',
    path: '/things',
    summary: '',
    idempotent: true,
    body: z.object({ size: z.int() }),
    answer: { status: 201, body: Thing, location: '/things/{id}' },
    problems: [],
  },
  drop: {
    method: 'delete',
    path: '/things/{id}',
    summary: '',
    admin: true,
    params: z.object({ id: z.string() }),
    answer: { status: 204 },
    problems: [],
  },
} as const satisfies Api

const good = { status: 200, body: { id: 'a', size: 1 } }
const unavailable = expect.objectContaining({
  problem: 'dependency-unavailable',
  members: { dependency: 'things' },
})
const timeout = expect.objectContaining({ problem: 'dependency-timeout', members: { dependency: 'things' } })

/** Runs as a request whose caller waits this long. */
function within<T>(ms: number, run: () => T): T {
  return runInContext({ requestId: 'req-1', traceId: 'a'.repeat(32), timeLeft: countdown(ms) }, run)
}

describe('the client of another service', () => {
  let fake: FakeService
  let client: ServiceClient
  let kit: ReturnType<typeof aKit>
  beforeEach(async () => {
    kit = aKit()
    fake = await startFakeService(() => good)
    client = createClient(kit, {
      name: 'things',
      baseUrl: fake.url,
      timeoutMs: 10_000,
      adminToken: 'the-token',
    })
  })
  afterEach(async () => {
    await client.stop()
    await fake.stop()
  })

  const read = () => client.call(api.read, { params: { id: 'a' } })
  const readWithin300Ms = () => client.call(api.read, { params: { id: 'a' } }, { timeoutMs: 300 })

  it('sends the context of the request, and returns the body', async () => {
    const body = await within(10_000, () =>
      client.call(api.read, { params: { id: 'a/ü' }, query: { deep: 'yes & no' } }),
    )

    expect(body).toEqual(good.body)
    expect(fake.calls).toHaveLength(1)
    expect(fake.calls[0]).toMatchObject({
      path: '/things/a%2F%C3%BC',
      query: { deep: 'yes & no' },
      headers: { 'x-request-id': 'req-1', traceparent: expect.stringMatching(/^00-a{32}-[0-9a-f]{16}-0\d$/) },
    })
    expect(fake.calls[0]?.headers).not.toHaveProperty('authorization')
  })

  it('sends the admin token to admin endpoints only', async () => {
    fake.answer = () => ({ status: 204 })

    await client.call(api.drop, { params: { id: 'a' } })

    expect(fake.calls[0]?.headers.authorization).toBe('Bearer the-token')
  })

  it('takes the wait for a free connection off the time left', async () => {
    fake.answer = () => sleep(300, good)

    // One more than there are connections.
    await within(5_000, () => Promise.all(Array.from({ length: 65 }, read)))

    const left = fake.calls.map(({ headers }) => Number(headers['x-deadline-ms']))
    expect(left.at(-1)).toBeLessThanOrEqual(4_700)
  })

  it('passes on the time left, less at each attempt', async () => {
    fake.answer = () => (fake.calls.length === 1 ? 'reset' : good)

    await within(5_000, read)

    const [first, second] = fake.calls.map(({ headers }) => Number(headers['x-deadline-ms']))
    expect(first).toBeLessThanOrEqual(5_000)
    expect(second).toBeLessThanOrEqual((first ?? 0) - 20)
    expect(second).toBeGreaterThan(0)
  })

  it.each([
    ['of its own', 10_000, 300],
    ['of its caller', 100, 100],
  ])('gives up at the deadline %s', async (_what, timeoutMs, expected) => {
    fake.answer = () => 'hang'
    const started = performance.now()

    await expect(within(timeoutMs, readWithin300Ms)).rejects.toEqual(timeout)

    expect(performance.now() - started).toBeGreaterThan(expected - 20)
    expect(performance.now() - started).toBeLessThan(expected + 2_000)
    expect(fake.calls).toHaveLength(1)
  })

  it('sends nothing once the caller has stopped waiting', async () => {
    await read()
    // An idle connection takes a request at once.
    await sleep(20)

    const write = () => client.call(api.makeOnce, { body: { size: 1 }, idempotencyKey: 'k' })
    await expect(within(-5, write)).rejects.toEqual(timeout)

    await read()
    expect(fake.calls.map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it('retries a read once, and a write only under its key', async () => {
    fake.answer = () => 'reset'

    await expect(read()).rejects.toEqual(unavailable)
    expect(fake.calls.splice(0)).toHaveLength(2)

    await expect(client.call(api.makeOnce, { body: { size: 1 }, idempotencyKey: 'k-1' })).rejects.toEqual(
      unavailable,
    )
    expect(fake.calls.splice(0).map(({ headers }) => headers['idempotency-key'])).toEqual(['k-1', 'k-1'])

    await expect(client.call(api.make, { body: { size: 1 } })).rejects.toEqual(unavailable)
    await expect(client.call(api.drop, { params: { id: 'a' } })).rejects.toEqual(unavailable)
    expect(fake.calls).toHaveLength(2)
  })

  it.each([
    ['a failure', { status: 500, body: {} }],
    ['no JSON', { status: 200, text: '<html>' }],
    ['a problem that is not JSON', { status: 404, text: 'not here' }],
    ['a body that breaks the contract', { status: 200, body: { id: 'a', size: 'big' } }],
  ])('reports %s as unavailable', async (_what, answer) => {
    fake.answer = () => answer

    await expect(read()).rejects.toEqual(unavailable)
  })

  it('passes on a 4xx answer, without a retry and without counting it as a failure', async () => {
    fake.answer = () => problemAnswer(409, 'already-paid', { paymentId: 'p' })

    for (let n = 1; n <= 20; n += 1) {
      await expect(read()).rejects.toMatchObject({
        name: 'UpstreamProblem',
        status: 409,
        slug: 'already-paid',
        body: { paymentId: 'p' },
      })
    }

    expect(fake.calls).toHaveLength(20)
    expect(client.breaker.state()).toBe('closed')
  })

  it('opens its breaker after many failures, then fails fast, and closes it after a success', async () => {
    fake.answer = () => ({ status: 500, body: {} })
    await Promise.allSettled(Array.from({ length: 10 }, read))
    expect(client.breaker.state()).toBe('open')
    const before = fake.calls.length
    fake.answer = () => good

    await expect(read()).rejects.toEqual(unavailable)

    expect(fake.calls).toHaveLength(before)
    await eventually(async () => {
      expect(await read()).toEqual(good.body)
    })
    expect(client.breaker.state()).toBe('closed')
    expect(kit.logs.lines.map(({ state }) => state)).toEqual(['open', 'half-open', 'closed'])
    const metrics = await kit.metrics.registry.metrics()
    expect(metrics).toMatch(/circuit_breaker_state\{dependency="things",service="sample"\} 0/)
    expect(metrics).toMatch(/dependency_call_retries_total\{dependency="things",service="sample"\} 10/)
  })

  it('works without a breaker when breakers are off', async () => {
    const unguarded = createClient(
      { ...kit, breakers: false },
      { name: 'things', baseUrl: fake.url, timeoutMs: 10_000 },
    )
    fake.answer = () => ({ status: 500, body: {} })

    await Promise.allSettled(
      Array.from({ length: 20 }, () => unguarded.call(api.read, { params: { id: 'a' } })),
    )
    fake.answer = () => good

    expect(await unguarded.call(api.read, { params: { id: 'a' } })).toEqual(good.body)
    await unguarded.stop()
  })

  it('does not let callers with short deadlines open the breaker', async () => {
    fake.answer = () => 'hang'

    const hurried = await Promise.allSettled(Array.from({ length: 20 }, () => within(10, readWithin300Ms)))

    expect(hurried.map((result) => result.status === 'rejected' && (result.reason as unknown))).toEqual(
      Array(20).fill(timeout),
    )
    expect(client.breaker.state()).toBe('closed')
    await Promise.allSettled(Array.from({ length: 20 }, () => within(10_000, readWithin300Ms)))
    expect(client.breaker.state()).toBe('open')
  })

  it('does not let callers with short deadlines keep its breaker from closing', async () => {
    fake.answer = () => ({ status: 500, body: {} })
    await Promise.allSettled(Array.from({ length: 10 }, read))
    await eventually(() => {
      expect(client.breaker.state()).toBe('half-open')
    })
    fake.answer = () => 'hang'

    await expect(within(10, read)).rejects.toEqual(timeout)

    expect(client.breaker.state()).toBe('half-open')
    fake.answer = () => good
    await read()
    expect(client.breaker.state()).toBe('closed')
  })

  it('retries at most a tenth of the calls', async () => {
    await Promise.all(Array.from({ length: 40 }, read))
    fake.calls.length = 0
    fake.answer = () => 'reset'

    await Promise.allSettled(Array.from({ length: 30 }, read))

    // Ten from the initial budget, and three that the thirty calls earned.
    expect(client.breaker.state()).toBe('closed')
    expect(fake.calls.length).toBeGreaterThanOrEqual(40)
    expect(fake.calls.length).toBeLessThanOrEqual(43)
  })
})

describe('createRetryBudget', () => {
  it('spends what it has, and earns its ratio per call up to its maximum', () => {
    const budget = createRetryBudget(0.25, 2)

    expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false])
    for (let n = 1; n <= 3; n += 1) budget.earn()
    expect(budget.spend()).toBe(false)
    budget.earn()
    expect([budget.spend(), budget.spend()]).toEqual([true, false])
    for (let n = 1; n <= 100; n += 1) budget.earn()
    expect([budget.spend(), budget.spend(), budget.spend()]).toEqual([true, true, false])
  })
})
