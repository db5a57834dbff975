/**
 * Customers who hold seats, in a thread of their own: neither what they wait for nor what they log must show in the times.
 * They arrive at a rate whatever the answers do, as real ones do, or come again as soon as they are answered.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Pool } from 'undici'
import { holdOf } from './screenings.ts'
import type { Screenings } from './screenings.ts'

export interface Load {
  /** Where booking is. */
  url: string
  screenings: Screenings
  /** The first seat that nobody has held yet. */
  firstSeat: number
  seconds: number
  /** So many customers at once, each again and again; a burst when `seconds` is 0. */
  customers?: number
  /** Or so many new ones a second. */
  rate?: number
  /** How long they wait, in ms; as long as booking lets them when left out. */
  deadlineMs?: number
}

export interface Outcome {
  sent: number
  /** Of 201 within the time. */
  inTime: number
  /** How long answers took by status, in ms. */
  took: Map<number, number[]>
}

const { url, screenings, firstSeat, seconds, customers = 0, rate, deadlineMs } = workerData as Load
const pool = new Pool(url)
const outcome: Outcome = { sent: 0, inTime: 0, took: new Map() }
const start = performance.now()
const end = start + seconds * 1_000

async function hold(): Promise<void> {
  const sentAt = performance.now()
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/bookings',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(deadlineMs !== undefined && { 'x-deadline-ms': String(deadlineMs) }),
    },
    body: holdOf(screenings, firstSeat + outcome.sent++),
  })
  await body.dump()
  const now = performance.now()
  const took = outcome.took.get(statusCode) ?? []
  took.push(now - sentAt)
  outcome.took.set(statusCode, took)
  if (statusCode === 201 && now <= end) outcome.inTime += 1
}

async function again(): Promise<void> {
  do await hold()
  while (performance.now() < end)
}

/** Sends what is due every few ms. */
async function arrive(perSecond: number): Promise<void> {
  const holds: Promise<void>[] = []
  for (let now = start; now < end; now = performance.now()) {
    while (holds.length < ((now - start) / 1_000) * perSecond) holds.push(hold())
    await sleep(2)
  }
  await Promise.all(holds)
}

await (rate === undefined ? Promise.all(Array.from({ length: customers }, again)) : arrive(rate))
await pool.close()
parentPort?.postMessage(outcome)
