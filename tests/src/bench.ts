/**
 * How much booking can take: `make bench`. Customers hold seats at booking's own port, first as many as it serves, then
 * three times as many. What counts is that it goes on serving, and that whoever cannot be served hears so at once.
 */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import autocannon from 'autocannon'
import { startStack } from '@matinee/demo/stack'

const seconds = Number(process.env['SECONDS_EACH'] ?? 10)
const say = (line: string) => process.stdout.write(`${line}\n`)

const stack = await startStack({
  dataDir: resolve('.data/bench'),
  port: 20080,
  metricsPort: 20480,
  env: { dashboard: { HOST: '127.0.0.1' }, booking: { HOLD_SECONDS: '900' } },
  say,
})
const { booking, movie, theatre } = stack.services

async function add(url: string, body: object): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${stack.adminToken}` },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { id: string }).id
}

/** Halls enough for every hold of the run: a screening has 1,040 seats. */
async function addScreenings() {
  const theatreId = await add(`${theatre.url}/theatres`, {
    name: 'Stadium',
    city: 'Bench',
    price: { amount: 1200, currency: 'EUR' },
    screens: [{ name: 'Field', rows: 26, seatsPerRow: 40 }],
  })
  const showtimes = Array.from({ length: 100 }, (_, hours) =>
    new Date(Date.now() + (hours + 24) * 3_600_000).toISOString(),
  )
  const movieId = await add(`${movie.url}/movies`, {
    title: 'Bench',
    durationMinutes: 90,
    listings: [{ theatreId, showtimes }],
  })
  return { theatreId, movieId, showtimes }
}

const { theatreId, movieId, showtimes } = await addScreenings()
const rows = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
let count = 0

/** A hold of a seat that nobody else wants. */
function aHold() {
  const seat = count++
  return JSON.stringify({
    movieId,
    theatreId,
    showtime: showtimes[Math.floor(seat / 1040) % showtimes.length],
    seats: [`${rows[Math.floor(seat / 40) % 26] ?? ''}${(seat % 40) + 1}`],
    customer: { name: 'Bench', email: `${seat}@example.com` },
  })
}

interface Run {
  served: number
  servedMs: number[]
  refusedMs: number[]
  other: Map<number, number>
}

/** @param rate requests a second; as fast as they are answered when left out */
async function run(connections: number, duration: number, rate?: number, amount?: number): Promise<Run> {
  const result: Run = { served: 0, servedMs: [], refusedMs: [], other: new Map() }
  await autocannon({
    url: `${booking.url}/bookings`,
    connections,
    duration,
    ...(rate !== undefined && { overallRate: rate }),
    ...(amount !== undefined && { amount }),
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => ({
          ...request,
          headers: {
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
            ...(amount === undefined && { 'x-deadline-ms': '1000' }),
          },
          body: aHold(),
        }),
      },
    ],
    setupClient(client) {
      client.on('response', (status, _bytes, ms) => {
        if (status === 201) {
          result.served += 1
          result.servedMs.push(ms)
        } else if (status === 503) result.refusedMs.push(ms)
        else result.other.set(status, (result.other.get(status) ?? 0) + 1)
      })
    },
  })
  return result
}

function percentile(values: number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return value === undefined ? '-' : value.toFixed(0)
}

async function memoryMb(): Promise<number> {
  const status = await readFile(`/proc/${booking.pid ?? 'self'}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

function tell(what: string, { served, servedMs, refusedMs, other }: Run, duration: number): void {
  say(
    `${what.padEnd(26)} ${(served / duration).toFixed(0).padStart(6)} /s served` +
      `  p50 ${percentile(servedMs, 0.5).padStart(5)} ms  p99 ${percentile(servedMs, 0.99).padStart(5)} ms` +
      `  refused ${String(refusedMs.length).padStart(6)}  p99 ${percentile(refusedMs, 0.99).padStart(4)} ms` +
      (other.size > 0 ? `  other ${JSON.stringify(Object.fromEntries(other))}` : ''),
  )
}

try {
  await run(16, 3)
  say(`\nbooking rests at ${await memoryMb()} MB after warming up`)
  let peak = 0
  for (const connections of [8, 16, 32, 64]) {
    const at = await run(connections, seconds)
    tell(`${connections} customers in a row`, at, seconds)
    peak = Math.max(peak, at.served / seconds)
  }
  const flood = await run(600, seconds * 2, Math.round(peak * 3))
  tell(`three times the peak`, flood, seconds * 2)
  say(
    `goodput at three times the peak: ${((flood.served / (seconds * 2) / peak) * 100).toFixed(0)} % of the peak`,
  )
  const burst = await run(500, seconds, undefined, 500)
  tell('500 at once', burst, 1)
  say(`booking is at ${await memoryMb()} MB`)
} finally {
  await stack.stop()
}
