/**
 * What a request costs: `make bench FLOOR=1` measures the services and a floor under them (`floor/start.ts`) in turns, so that
 * other work on the machine affects both. `make bench REST=1` measures only what the services use without a request.
 * FLAGS=small runs with V8's flags of `npm start`, FLAGS=fast with those of the image; the default is both. Linux only.
 */
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Movie } from '@matinee/contracts/movie'
import { seed } from '@matinee/local-stack/seed'
import { startStack } from '@matinee/local-stack/stack'
import type { Stack } from '@matinee/local-stack/stack'
import { startFloor } from './floor/start.ts'
import type { Scenario, Load } from './load.ts'
import { comparedServices, cpuDuring, measure, median, ofEach, percentile, sum } from './measure.ts'
import type { Measured, Side } from './measure.ts'
import { residentMib } from './processes.ts'
import { addScreenings, holdOf } from './screenings.ts'
import type { Screenings } from './screenings.ts'

const seconds = Number(process.env['SECONDS_EACH'] ?? 3)
const rounds = 3
const wanted = process.env['FLAGS'] ?? 'small fast'
const restSeconds = 30
/** V8 optimises code that has run thousands of times; a booking passes through five services, a read through one or two. */
const warmUpSeconds = { booking: 20, read: 4 }
const customers = 16
const say = (line: string) => process.stdout.write(`${line}\n`)

function table(title: string, head: string[], rows: string[][]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  say(['', title, '', ...lines].join('\n'))
}

const ms = (value: number) => `${value.toFixed(2)} ms`
const whole = (value: number) => value.toFixed(0)
const cpuOf = ({ cpu }: Measured) => sum(cpu)
const quantiles = ({ latencies }: Measured) =>
  [0.5, 0.95, 0.99].map((share) => ms(percentile(latencies, share)))
/** The medians of several rounds, and all of their latencies. */
const together = (measured: Measured[]): Measured => ({
  cpu: comparedServices.map((_name, index) => median(measured.map(({ cpu }) => cpu[index] ?? NaN))),
  perSecond: median(measured.map(({ perSecond }) => perSecond)),
  latencies: measured.flatMap(({ latencies }) => latencies),
  sent: sum(measured.map(({ sent }) => sent)),
  failed: sum(measured.map(({ failed }) => failed)),
})

async function atRest(flags: string, services: Side): Promise<void> {
  await sleep(5_000)
  const { used } = await cpuDuring(services, () => sleep(restSeconds * 1_000))
  const millicores = used.map((cpu) => cpu / restSeconds)
  const memory = await ofEach(services, residentMib)
  table(
    `At rest, ${flags} flags, over ${restSeconds} s`,
    ['', ...comparedServices, 'all five'],
    [
      ['CPU, millicores', ...millicores.map(whole), whole(sum(millicores))],
      ['RSS, MiB', ...memory.map(whole), whole(sum(memory))],
    ],
  )
}

/** A screening of the programme in which some seats are held, on both sides. */
async function showSeats(sides: Side[], movie: Movie): Promise<string> {
  const [{ theatre, showtimes: [showtime = ''] } = { theatre: { id: '' }, showtimes: [] }] = movie.listings
  const screening = { movieIds: [movie.id], theatreId: theatre.id, showtimes: [showtime] }
  for (const { booking } of sides) {
    for (let seat = 0; seat < 6; seat += 1) {
      const { ok } = await fetch(`${booking.url}/bookings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
        body: holdOf(screening, seat),
      })
      if (!ok) throw new Error('a seat of the programme could not be held')
    }
  }
  return new URLSearchParams({ movieId: movie.id, theatreId: theatre.id, showtime }).toString()
}

/** What customers do, on either side. */
function scenarios(screenings: Screenings, movieId: string, screening: string) {
  return {
    'a whole booking': ({ booking, payment }, first) => ({
      ...{ kind: 'book', bookingUrl: booking.url, paymentUrl: payment.url, seats: { screenings, first } },
    }),
    'GET /movies': ({ movie }) => ({ kind: 'read', url: `${movie.url}/movies` }),
    'GET /movies/{id}': ({ movie }) => ({ kind: 'read', url: `${movie.url}/movies/${movieId}` }),
    'the seat map': ({ booking }) => ({ kind: 'read', url: `${booking.url}/screenings/seats?${screening}` }),
    'the home page': ({ dashboard }) => ({ kind: 'read', url: `${dashboard.url}/` }),
  } satisfies Record<string, (side: Side, first: number) => Scenario>
}

async function compare(flags: string, stack: Stack): Promise<void> {
  const screenings = await addScreenings(stack, 14)
  const floor = await startFloor(stack)
  const ours: Side = stack.services
  try {
    const { items } = (await (await fetch(`${ours.movie.url}/movies`)).json()) as { items: [Movie] }
    const all = scenarios(screenings, items[0].id, await showSeats([ours, floor], items[0]))
    const firstSeat = new Map<Side, number>()
    async function run(
      side: Side,
      name: keyof typeof all,
      forSeconds = seconds,
      arrival: Load['arrival'] = { atOnce: customers },
    ): Promise<Measured> {
      const first = firstSeat.get(side) ?? 0
      const measured = await measure(side, { scenario: all[name](side, first), seconds: forSeconds, arrival })
      if (name === 'a whole booking') firstSeat.set(side, first + measured.sent)
      return measured
    }

    const names = Object.keys(all) as (keyof typeof all)[]
    for (const name of names)
      for (const side of [ours, floor])
        await run(side, name, name === 'a whole booking' ? warmUpSeconds.booking : warmUpSeconds.read)
    const results = new Map(names.map((name) => [name, { ours: [] as Measured[], floor: [] as Measured[] }]))
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, result] of results) {
        result.ours.push(await run(ours, name))
        result.floor.push(await run(floor, name))
      }
    }
    report(flags, results)
    const peak = together(results.get('a whole booking')?.ours ?? [])
    const half = await run(ours, 'a whole booking', seconds * 2, { perSecond: peak.perSecond / 2 })
    table(
      `A whole booking, ${flags} flags`,
      ['', 'bookings/s', 'p50', 'p95', 'p99', 'failed'],
      [
        [`peak (${customers} customers)`, whole(peak.perSecond), ...quantiles(peak), whole(peak.failed)],
        ['half of the peak', whole(half.perSecond), ...quantiles(half), whole(half.failed)],
      ],
    )
    const memory = await ofEach(ours, residentMib)
    table('After that', ['', ...comparedServices], [['RSS, MiB', ...memory.map(whole)]])
  } finally {
    floor.stop()
  }
}

function report(flags: string, results: Map<string, { ours: Measured[]; floor: Measured[] }>): void {
  table(
    `CPU of one request, ${flags} flags, ${customers} customers at once, median of ${rounds} rounds of ${seconds} s`,
    ['', 'ours', 'floor', 'ratio', 'ours/s', 'floor/s'],
    [...results].map(([name, result]) => {
      const ratios = result.ours.map((one, round) => cpuOf(one) / sum(result.floor[round]?.cpu ?? []))
      const [own, least] = [together(result.ours), together(result.floor)]
      return [
        ...[name, ms(cpuOf(own)), ms(cpuOf(least)), `${median(ratios).toFixed(1)}x`],
        ...[whole(own.perSecond), whole(least.perSecond)],
      ]
    }),
  )
  const booking = results.get('a whole booking') ?? { ours: [], floor: [] }
  table(
    'CPU of a whole booking, by service',
    ['', ...comparedServices],
    [
      ['ours', ...together(booking.ours).cpu.map(ms)],
      ['floor', ...together(booking.floor).cpu.map(ms)],
    ],
  )
}

const { model } = cpus()[0] ?? { model: 'an unknown CPU' }
say(`${cpus().length} x ${model}, Node ${process.version}`)
for (const flags of ['small', 'fast'].filter((name) => wanted.includes(name))) {
  const stack = await startStack({
    dataDir: resolve('.data/floor'),
    fast: flags === 'fast',
    env: {
      dashboard: { TRUSTED_HOPS: '1' },
      booking: { HOLD_SECONDS: '900' },
    },
    say,
  })
  try {
    await seed(stack)
    await atRest(flags, stack.services)
    if (!process.env['REST']) await compare(flags, stack)
  } finally {
    await stack.stop()
  }
}
