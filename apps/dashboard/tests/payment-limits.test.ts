import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { problemAnswer } from '@matinee/test-kit/fake-service'
import type { FakeAnswer } from '@matinee/test-kit/fake-service'
import { eventually } from '@matinee/test-kit/eventually'
import type { Browser } from './browser.ts'
import { aBooking, aPayment, ok } from './fakes.ts'
import { startDashboard } from './start-dashboard.ts'

const card = { number: '4242 4242 4242 4242', expiry: '08/39', cvc: '123', holder: 'Ann Lee' }
const problem = (slug: string) => `https://matinee.dev/problems/${slug}`
const declined = problemAnswer(402, 'card-declined', { reason: 'declined' })

let dashboard: Awaited<ReturnType<typeof startDashboard>>
let addresses = 0
let from: Record<string, string>
const booking = aBooking()
beforeAll(async () => {
  dashboard = await startDashboard({
    TRUSTED_HOPS: '1',
    MAX_PAYMENTS_PER_SESSION: '1',
    MAX_PAYMENTS_PER_ADDRESS: '3',
    MAX_DECLINES_PER_SESSION: '2',
    MAX_DECLINES_PER_ADDRESS: '4',
    MAX_DECLINES_PER_BOOKING: '3',
  })
  dashboard.fakes.booking.answer = ({ path }) => {
    const id = path.split('/')[2] ?? ''
    return ok({ ...booking, id, ...(path.endsWith('/confirm') && { status: 'confirmed' }) })
  }
})
afterAll(() => dashboard.stop())
beforeEach(() => {
  addresses += 1
  from = { 'X-Forwarded-For': `203.0.113.${String(addresses)}` }
})

async function payByApi(bookingId: string = randomUUID(), headers = from) {
  const response = await fetch(`${dashboard.url}/api/payments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID(), ...headers },
    body: JSON.stringify({ bookingId }),
  })
  const { type } = (await response.json()) as { type?: string }
  return { status: response.status, type, retryAfter: Number(response.headers.get('Retry-After')) }
}

async function openForm(id: string = randomUUID()) {
  const browser = dashboard.browser()
  await browser.get(`/bookings/${id}/pay`, from)
  return { browser, id }
}

const payByForm = ({ browser, id }: { browser: Browser; id: string }) =>
  browser.submit(`/bookings/${id}/pay`, card, from)

describe('payments under way', () => {
  let finish: (answer: FakeAnswer) => void
  beforeEach(() => {
    const answer = new Promise<FakeAnswer>((resolve) => {
      finish = resolve
    })
    dashboard.fakes.payment.calls.length = 0
    dashboard.fakes.payment.answer = () => answer
  })
  afterEach(() => {
    finish(ok(aPayment(booking), 201))
  })

  const arrived = (count: number) =>
    eventually(() => {
      expect(dashboard.fakes.payment.calls).toHaveLength(count)
    })

  it('are limited by address, for callers without a session, until they end', async () => {
    const first = [payByApi(), payByApi(), payByApi()]
    await arrived(3)

    const refused = await payByApi()
    const other = payByApi(randomUUID(), { 'X-Forwarded-For': '198.51.100.1' })
    await arrived(4)
    finish(ok(aPayment(booking), 201))

    expect(refused).toEqual({ status: 429, type: problem('too-many-payments'), retryAfter: 1 })
    expect((await Promise.all([...first, other])).map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect((await payByApi()).status).toBe(201)
  })

  it('are limited by session, in forms too, and leave a neighbour room', async () => {
    const [ann, eve] = [await openForm(), await openForm()]
    const first = payByForm(ann)
    await arrived(1)

    const refused = await payByForm(ann)
    const neighbour = payByForm(eve)
    await arrived(2)
    finish(ok(aPayment(booking), 201))

    expect(refused.status).toBe(429)
    expect(refused.text).toContain('those under way go on')
    expect((await first).status).toBe(303)
    expect((await neighbour).status).toBe(303)
  })

  it('count while they go on, although their callers have gone', async () => {
    const gone = new AbortController()
    const calls = [1, 2, 3].map(() =>
      fetch(`${dashboard.url}/api/payments`, { method: 'POST', headers: from, signal: gone.signal }),
    )
    await arrived(3)
    gone.abort()
    await Promise.allSettled(calls)

    expect((await payByApi()).status).toBe(429)
    finish(ok(aPayment(booking), 201))
    await eventually(async () => {
      expect((await payByApi()).status).toBe(201)
    })
  })
})

describe('declined cards', () => {
  beforeEach(() => {
    dashboard.fakes.payment.answer = () => declined
  })

  it('are limited by address', async () => {
    for (let tries = 0; tries < 4; tries += 1) expect((await payByApi()).status).toBe(402)

    const refused = await payByApi()

    expect(refused).toMatchObject({ status: 429, type: problem('too-many-requests') })
    expect(refused.retryAfter).toBeGreaterThan(60)
    expect((await payByApi(randomUUID(), { 'X-Forwarded-For': '198.51.100.2' })).status).toBe(402)
  })

  it('are limited by session, and leave a neighbour room', async () => {
    const [ann, eve] = [await openForm(), await openForm()]
    for (let tries = 0; tries < 2; tries += 1) expect((await payByForm(ann)).status).toBe(402)

    expect((await payByForm(ann)).status).toBe(429)
    expect((await payByForm(eve)).status).toBe(402)
  })

  it('are limited by booking, by form and API together, from wherever they come', async () => {
    const form = await openForm()
    const elsewhere = () =>
      payByApi(form.id.toUpperCase(), { 'X-Forwarded-For': `198.51.100.${String(100 + (addresses += 1))}` })
    expect((await payByForm(form)).status).toBe(402)
    for (let tries = 0; tries < 2; tries += 1) expect((await elsewhere()).status).toBe(402)

    expect((await elsewhere()).status).toBe(429)
  })

  it('count alone: payments that succeed meet no limit', async () => {
    dashboard.fakes.payment.answer = () => ok(aPayment(booking), 201)

    for (let tries = 0; tries < 6; tries += 1) expect((await payByApi()).status).toBe(201)
  })
})
