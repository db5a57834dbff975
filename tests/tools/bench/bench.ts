/**
 * How booking behaves under overload: `make bench`. Customers hold seats at booking's own port, first as many as it can
 * serve, then three times as many. It must keep serving, and refuse the rest at once.
 */
import { resolve } from 'node:path'
import { startStack } from '@matinee/local-stack/stack'
import type { Load, Outcome } from './load.ts'
import { generate, median, percentile } from './measure.ts'
import { residentMib } from './processes.ts'
import { addScreenings } from './screenings.ts'

const seconds = Number(process.env['SECONDS_EACH'] ?? 5)
/** Long enough for the queue to fill and to settle: hundreds of customers connect in the first seconds. */
const overloadSeconds = seconds * 4
const rounds = 5
const say = (line: string) => process.stdout.write(`${line}\n`)

const stack = await startStack({
  dataDir: resolve('.data/bench'),
  env: { booking: { HOLD_SECONDS: '900' } },
  say,
})
const { booking } = stack.services
const screenings = await addScreenings(stack, 100)
let first = 0

async function hold(load: Omit<Load, 'scenario'> & { deadlineMs?: number | undefined }): Promise<Outcome> {
  const { deadlineMs, ...rest } = load
  const seats = { screenings, first }
  const scenario = {
    kind: 'hold',
    bookingUrl: booking.url,
    seats,
    ...(deadlineMs && { deadlineMs }),
  } as const
  const outcome = await generate({ scenario, ...rest })
  first += outcome.sent
  return outcome
}

function describe(what: string, latencies: number[] = []): string {
  if (latencies.length === 0) return `${what}      0${' '.repeat(28)}`
  const ms = (share: number) => percentile(latencies, share).toFixed(0).padStart(5)
  return `${what} ${String(latencies.length).padStart(6)}  p50 ${ms(0.5)} ms  p99 ${ms(0.99)} ms`
}

async function tell(what: string, { latencies }: Outcome): Promise<void> {
  const { 201: served, 503: refused, ...others } = Object.fromEntries(latencies) as Record<number, number[]>
  const rest = Object.entries(others).map(([status, { length }]) => `  ${length} answers ${status}`)
  const memory = (await residentMib(Number(booking.pid))).toFixed(0)
  say(
    `${what.padEnd(24)} ${describe('served', served)}  ${describe('refused', refused)}  ${memory} MiB${rest.join('')}`,
  )
}

/** @returns the goodput, in holds a second */
async function closedLoop(customers: number): Promise<number> {
  const outcome = await hold({ seconds, arrival: { atOnce: customers } })
  await tell(`${customers} customers in a row`, outcome)
  return outcome.inTime / seconds
}

/** Three times the peak, between two measurements of the peak, so that other work on the machine affects both. */
async function overload(customers: number, deadlineMs?: number): Promise<void> {
  const shares: number[] = []
  const refusals: number[] = []
  let before = await closedLoop(customers)
  for (let round = 0; round < rounds; round++) {
    const outcome = await hold({ seconds: overloadSeconds, arrival: { perSecond: before * 3 }, deadlineMs })
    await tell('3 x the peak', outcome)
    const after = await closedLoop(customers)
    shares.push(outcome.inTime / overloadSeconds / ((before + after) / 2))
    refusals.push(percentile(outcome.latencies.get(503) ?? [], 0.99))
    before = after
  }
  say(
    `goodput at 3 x the peak: ${(median(shares) * 100).toFixed(0)} % of the peak (median of ${rounds})` +
      `, p99 of refusals: ${median(refusals).toFixed(0)} ms (median of ${rounds})\n`,
  )
}

try {
  await hold({ seconds: 3, arrival: { atOnce: 16 } })
  say(`\nbooking uses ${(await residentMib(Number(booking.pid))).toFixed(0)} MiB after warming up\n`)
  let busiest = 0
  let peak = 0
  for (const customers of [8, 16, 32, 64]) {
    const goodput = await closedLoop(customers)
    if (goodput > peak) [busiest, peak] = [customers, goodput]
  }
  say(`\npeak: ${peak.toFixed(0)} holds a second\n\nCustomers who wait one second:`)
  await overload(busiest, 1_000)
  say('Customers who wait as long as they may:')
  await overload(busiest)
  await tell('500 at once', await hold({ seconds: 0, arrival: { atOnce: 500 } }))
} finally {
  await stack.stop()
}
