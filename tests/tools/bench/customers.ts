/**
 * Customers in a thread of their own, so that what they do does not show in the times: they buy tickets, or read one URL.
 * Each begins again when it is done, or new ones arrive at a rate, whatever the answers do.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { Agent, request } from 'undici'
import { goodCard } from '../../e2e/support/api.ts'
import { holdOf } from './screenings.ts'
import type { Screenings } from './screenings.ts'

export type Errand =
  | { kind: 'read'; url: string }
  | { kind: 'book'; bookingUrl: string; paymentUrl: string; screenings: Screenings; firstSeat: number }

export interface Visit {
  errand: Errand
  seconds: number
  /** How many are there at once, or how many arrive each second. */
  arrival: { atOnce: number } | { perSecond: number }
}

export interface Visited {
  /** How long each took, in ms. */
  tookMs: number[]
  seconds: number
  failures: string[]
}

const dispatcher = new Agent({ keepAliveTimeout: 10_000 })

async function send(url: string, body?: string): Promise<string> {
  const answer = await request(url, {
    dispatcher,
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body,
    }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${text}`)
  return text
}

async function run(errand: Errand, index: number): Promise<void> {
  if (errand.kind === 'read') {
    await send(errand.url)
    return
  }
  const { bookingUrl, paymentUrl, screenings, firstSeat } = errand
  const held = await send(`${bookingUrl}/bookings`, holdOf(screenings, firstSeat + index))
  const { id, amount, currency } = JSON.parse(held) as { id: string; amount: number; currency: string }
  await send(`${paymentUrl}/payments`, JSON.stringify({ bookingId: id, amount, currency, card: goodCard }))
  await send(`${bookingUrl}/bookings/${id}/confirm`, '{}')
}

async function visit({ errand, seconds, arrival }: Visit): Promise<Visited> {
  const tookMs: number[] = []
  const failures: string[] = []
  const start = performance.now()
  const end = start + seconds * 1_000
  let begun = 0

  async function once(): Promise<void> {
    const sentAt = performance.now()
    await run(errand, begun++).then(
      () => tookMs.push(performance.now() - sentAt),
      (error: unknown) => failures.push(String(error)),
    )
  }

  async function again(): Promise<void> {
    while (performance.now() < end) await once()
  }

  async function arrive(perSecond: number): Promise<void> {
    const visits: Promise<void>[] = []
    for (let now = start; now < end; now = performance.now()) {
      while (visits.length < ((now - start) / 1_000) * perSecond) visits.push(once())
      await sleep(2)
    }
    await Promise.all(visits)
  }

  if ('perSecond' in arrival) await arrive(arrival.perSecond)
  else await Promise.all(Array.from({ length: arrival.atOnce }, again))
  return { tookMs, failures, seconds: (performance.now() - start) / 1_000 }
}

parentPort?.on('message', (message: Visit) => {
  void visit(message).then((visited) => parentPort?.postMessage(visited))
})
