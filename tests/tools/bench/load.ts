/**
 * Generates load in its own thread, so that other work of this process does not show in the latencies. A closed loop has a
 * fixed number of customers, each of whom begins again after an answer; an open loop has a fixed rate of arrivals, which
 * slow answers do not slow down, as with real customers.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { Agent, request } from 'undici'
import { ownAddress } from '../../e2e/support/address.ts'
import { goodCard } from '../../e2e/support/api.ts'
import { holdOf } from './screenings.ts'
import type { Screenings } from './screenings.ts'

/** What a customer does: reads a URL, holds a seat, or also pays and confirms the booking. */
export type Scenario =
  | { kind: 'read'; url: string }
  | { kind: 'hold'; bookingUrl: string; seats: Seats; deadlineMs?: number }
  | { kind: 'book'; bookingUrl: string; paymentUrl: string; seats: Seats }

/** Each seat from `first` on is held by one customer. */
interface Seats {
  screenings: Screenings
  first: number
}

export interface Load {
  scenario: Scenario
  /** 0 for a burst: each customer of a closed loop comes once. */
  seconds: number
  arrival: { atOnce: number } | { perSecond: number }
}

export interface Outcome {
  sent: number
  /** Successes before the end. */
  inTime: number
  /** Latencies in ms by status; of a booking, from the hold to the last answer. */
  latencies: Map<number, number[]>
  seconds: number
  /** The first answer that was not a success. */
  failure?: string
}

interface Answer {
  status: number
  text: string
}

async function run(load: Load): Promise<Outcome> {
  const { scenario, seconds, arrival } = load
  const dispatcher = new Agent({ keepAliveTimeout: 10_000 })
  const outcome: Outcome = { sent: 0, inTime: 0, latencies: new Map(), seconds: 0 }
  const start = performance.now()
  const end = start + seconds * 1_000

  /** A limit of the edge that single customers never meet counts by address. */
  const addresses = Array.from({ length: 1_000 }, ownAddress)

  async function get(url: string): Promise<Answer> {
    const headers = addresses[outcome.sent % addresses.length] ?? {}
    const { statusCode: status, body } = await request(url, { dispatcher, headers })
    return { status, text: await body.text() }
  }

  async function post(url: string, body: string, deadlineMs?: number): Promise<Answer> {
    const answer = await request(url, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(deadlineMs !== undefined && { 'x-deadline-ms': String(deadlineMs) }),
      },
      body,
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

  async function visit(index: number): Promise<Answer> {
    if (scenario.kind === 'read') return await get(scenario.url)
    const { screenings, first } = scenario.seats
    const deadlineMs = scenario.kind === 'hold' ? scenario.deadlineMs : undefined
    const held = await post(`${scenario.bookingUrl}/bookings`, holdOf(screenings, first + index), deadlineMs)
    if (scenario.kind === 'hold' || held.status >= 300) return held
    const { id, amount, currency } = JSON.parse(held.text) as { id: string; amount: number; currency: string }
    const payment = JSON.stringify({ bookingId: id, amount, currency, card: goodCard })
    const paid = await post(`${scenario.paymentUrl}/payments`, payment)
    return paid.status < 300 ? await post(`${scenario.bookingUrl}/bookings/${id}/confirm`, '{}') : paid
  }

  async function once(): Promise<void> {
    const sentAt = performance.now()
    const { status, text } = await visit(outcome.sent++)
    const now = performance.now()
    const latencies = outcome.latencies.get(status) ?? []
    latencies.push(now - sentAt)
    outcome.latencies.set(status, latencies)
    if (status >= 300) outcome.failure ??= `${status} ${text}`
    else if (now <= end) outcome.inTime += 1
  }

  async function closedLoop(): Promise<void> {
    do await once()
    while (performance.now() < end)
  }

  async function openLoop(perSecond: number): Promise<void> {
    const visits: Promise<void>[] = []
    for (let now = start; now < end; now = performance.now()) {
      while (visits.length < ((now - start) / 1_000) * perSecond) visits.push(once())
      await sleep(2)
    }
    await Promise.all(visits)
  }

  if ('perSecond' in arrival) await openLoop(arrival.perSecond)
  else await Promise.all(Array.from({ length: arrival.atOnce }, closedLoop))
  outcome.seconds = (performance.now() - start) / 1_000
  await dispatcher.close()
  return outcome
}

parentPort?.on('message', (load: Load) => {
  void run(load).then((outcome) => parentPort?.postMessage(outcome))
})
