/**
 * How much booking can take: `make bench`. Customers hold seats at booking's own port, first as many as it serves, then
 * three times as many. What counts is that it goes on serving, and that whoever cannot be served hears so at once.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { startStack } from '@matinee/local-stack/stack'
import type { Load, Outcome } from './load.ts'
import { addScreenings } from './screenings.ts'

const seconds = Number(process.env['SECONDS_EACH'] ?? 5)
/** Long enough for the line to fill and to stand: hundreds of customers connect in the first seconds. */
const floodSeconds = seconds * 4
const rounds = 5
const say = (line: string) => process.stdout.write(`${line}\n`)

const stack = await startStack({
  dataDir: resolve('.data/bench'),
  port: 20080,
  metricsPort: 20480,
  env: { dashboard: { HOST: '127.0.0.1' }, booking: { HOLD_SECONDS: '900' } },
  say,
})
const { booking } = stack.services
const screenings = await addScreenings(stack, 100)
let firstSeat = 0

async function run(load: Pick<Load, 'seconds' | 'customers' | 'rate' | 'deadlineMs'>): Promise<Outcome> {
  const workerData: Load = { url: booking.url, screenings, firstSeat, ...load }
  const worker = new Worker(new URL('./load.ts', import.meta.url), { workerData })
  const outcome = await new Promise<Outcome>((done, failed) => {
    worker.once('message', done).once('error', failed)
  })
  firstSeat += outcome.sent
  return outcome
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

function describe(what: string, took: number[] = []): string {
  if (took.length === 0) return `${what}      0${' '.repeat(28)}`
  const ms = (share: number) => percentile(took, share).toFixed(0).padStart(5)
  return `${what} ${String(took.length).padStart(6)}  p50 ${ms(0.5)} ms  p99 ${ms(0.99)} ms`
}

async function memoryMb(): Promise<string> {
  const status = await readFile(`/proc/${booking.pid ?? 'self'}/status`, 'utf8')
  return `${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB`
}

async function tell(what: string, { took }: Outcome): Promise<void> {
  const { 201: served, 503: refused, ...others } = Object.fromEntries(took) as Record<number, number[]>
  const rest = Object.entries(others).map(([status, { length }]) => `  ${length} answers ${status}`)
  say(
    `${what.padEnd(24)} ${describe('served', served)}  ${describe('refused', refused)}  ${await memoryMb()}${rest.join('')}`,
  )
}

/** @returns the goodput, in holds a second */
async function inARow(customers: number): Promise<number> {
  const outcome = await run({ customers, seconds })
  await tell(`${customers} customers in a row`, outcome)
  return outcome.inTime / seconds
}

/** Three times the peak, between two measurements of the peak: whatever else the machine does must not show. */
async function flood(customers: number, deadlineMs?: number): Promise<void> {
  const shares: number[] = []
  const refusals: number[] = []
  let before = await inARow(customers)
  for (let round = 0; round < rounds; round++) {
    const outcome = await run({ rate: before * 3, seconds: floodSeconds, ...(deadlineMs && { deadlineMs }) })
    await tell('3 x the peak', outcome)
    const after = await inARow(customers)
    shares.push(outcome.inTime / floodSeconds / ((before + after) / 2))
    refusals.push(percentile(outcome.took.get(503) ?? [], 0.99))
    before = after
  }
  say(
    `goodput at 3 x the peak: ${(percentile(shares, 0.5) * 100).toFixed(0)} % of the peak (median of ${rounds})` +
      `, p99 of refusals: ${percentile(refusals, 0.5).toFixed(0)} ms (median of ${rounds})\n`,
  )
}

try {
  await run({ customers: 16, seconds: 3 })
  say(`\nbooking rests at ${await memoryMb()} after warming up\n`)
  let busiest = 0
  let peak = 0
  for (const customers of [8, 16, 32, 64]) {
    const goodput = await inARow(customers)
    if (goodput > peak) [busiest, peak] = [customers, goodput]
  }
  say(`\npeak: ${peak.toFixed(0)} holds a second\n\nCustomers who wait one second:`)
  await flood(busiest, 1_000)
  say('Customers who wait as long as they may:')
  await flood(busiest)
  await tell('500 at once', await run({ customers: 500, seconds: 0 }))
} finally {
  await stack.stop()
}
