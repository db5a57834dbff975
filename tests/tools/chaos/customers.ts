import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Booking } from '@matinee/contracts/booking'
import type { Movie } from '@matinee/contracts/movie'
import type { Payment } from '@matinee/contracts/payment'
import type { Theatre } from '@matinee/contracts/theatre'
import type { Random } from '../../simulation/random.ts'
import { ownAddress } from '../../e2e/support/address.ts'
import { goodCard } from '../../e2e/support/api.ts'
import type { Journey, Ledger } from './ledger.ts'
import type { Reply, RequestOptions, Traffic } from './traffic.ts'

/** One screening, and the seats that customers choose from; without them, they take the best ones. */
export interface Wish {
  movieId: string
  theatreId: string
  showtime: string
  names: string[]
}

/** What customers do: everything that the system must cope with. */
const behaviours = [
  'buys',
  'buys',
  'pays twice',
  'repeats',
  'cancels',
  'changes its mind',
  'vanishes',
] as const
type Behaviour = (typeof behaviours)[number]

interface Load {
  traffic: Traffic
  ledger: Ledger
  random: Random
  wishes: [Wish, ...Wish[]]
}

/** One customer after another until `over`; resolves when the last one has had every answer. */
export async function queueOfCustomers(load: Load, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await visit(load)
    await sleep(load.random.below(400))
  }
}

async function visit({ traffic, ledger, random, wishes }: Load): Promise<void> {
  const behaviour: Behaviour = random.pick(behaviours)
  const headers = ownAddress()
  const journey: Journey = { payments: [], triedToPay: false, triedToCancel: false }
  ledger.journeys.push(journey)

  /** Repeats the request until there is an answer, three at a time for `repeats`; `vanishes` may leave before it. */
  async function post(path: string, expected: number[], options: RequestOptions): Promise<Reply | undefined> {
    const same = { key: randomUUID(), headers, ...options }
    if (behaviour === 'vanishes') {
      const leaveAfterMs = random.below(500)
      return accept(path, expected, await traffic.send('POST', path, { ...same, leaveAfterMs }))
    }
    const times = behaviour === 'repeats' ? 3 : 1
    const replies = await Promise.all(Array.from({ length: times }, () => traffic.insist('POST', path, same)))
    const [first, ...others] = replies.map((reply) => accept(path, expected, reply)).filter(isSuccess)
    if (others.some(({ text }) => text !== first?.text)) {
      ledger.surprises.push(`POST ${path} had two answers under one key`)
    }
    return first ?? replies[0]
  }

  function accept(path: string, expected: number[], reply: Reply | undefined): Reply | undefined {
    if (reply && !expected.includes(reply.status)) {
      ledger.surprises.push(`POST ${path} answered ${reply.status}: ${reply.text}`)
    }
    return reply
  }

  async function pay({ id, amount, currency }: Booking): Promise<void> {
    journey.triedToPay = true
    const order = { bookingId: id, amount, currency, card: goodCard }
    const reply = await post('/payments', [201, 409], { body: order })
    if (isSuccess(reply)) journey.payments.push(reply.body as Payment)
  }

  async function cancel({ id }: Booking): Promise<void> {
    journey.triedToCancel = true
    const reply = await post(`/bookings/${id}/cancel`, [200, 409], {})
    if (isSuccess(reply)) journey.cancelled = reply.body as Booking
  }

  const reply = await post('/bookings', [201, 409], { body: wishOf(random, random.pick(wishes)) })
  if (!isSuccess(reply)) return
  const held = (journey.held = reply.body as Booking)
  await sleep(random.below(500))
  if (behaviour === 'changes its mind' && random.chance(0.5)) {
    await cancel(held)
    return
  }
  await Promise.all(behaviour === 'pays twice' ? [pay(held), pay(held)] : [pay(held)])
  if (behaviour === 'changes its mind') {
    await cancel(held)
    return
  }
  // 409 when the answers were so slow that the hold has expired.
  const expected = journey.payments.length > 0 ? [200, 409] : [200, 402, 409]
  const confirmed = await post(`/bookings/${held.id}/confirm`, expected, {})
  if (isSuccess(confirmed)) journey.confirmed = confirmed.body as Booking
  if (behaviour === 'cancels') await cancel(held)
}

function isSuccess(reply: Reply | undefined): reply is Reply {
  return reply !== undefined && reply.status < 300
}

function wishOf(random: Random, { names, ...screening }: Wish): object {
  const email = `${random.uuid()}@example.com`
  const customer = { name: 'Ada Lovelace', email }
  const [first, ...rest] = names
  const choice =
    first === undefined ? { quantity: 1 + random.below(3) } : { seats: [random.pick([first, ...rest])] }
  return { ...screening, ...choice, customer }
}

/** An admin who adds a theatre, and a movie there, every second. */
export async function admin(
  { traffic, ledger, random }: Load,
  token: string,
  over: AbortSignal,
): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` }
  while (!over.aborted) {
    const name = random.uuid()
    const screens = [{ name: 'One', rows: 1, seatsPerRow: 1 }]
    const theatre = await traffic.send('POST', '/theatres', {
      headers,
      body: { name, city: 'Chaos', available: false, price: { amount: 900, currency: 'EUR' }, screens },
    })
    if (isSuccess(theatre)) ledger.added.push({ path: '/theatres', body: theatre.body as Theatre })
    const movie = await traffic.send('POST', '/movies', {
      headers,
      body: { title: name, durationMinutes: 90, listings: [] },
    })
    if (isSuccess(movie)) ledger.added.push({ path: '/movies', body: movie.body as Movie })
    await sleep(1_000)
  }
}

/** The full hour `hours` from now. */
export function showtimeIn(hours: number): string {
  const hour = 3_600_000
  return new Date((Math.ceil(Date.now() / hour) + hours) * hour).toISOString()
}
