import type { Client } from '@matinee/service-kit/http/context'
import { price, movie, theatre } from './cinema.ts'
import { Disconnected, TimedOut } from './network.ts'
import type { Answer, Network, Request } from './network.ts'
import { isKept, isTransient } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

interface Held {
  id: string
  amount: number
  currency: string
}

/** Some share a session, more share an address, and some have no session. */
export function clientOf(name: string): Client {
  const number = Number(name.split('-')[1])
  return { session: number === 4 ? undefined : `session-${number % 2}`, address: `address-${number % 3}` }
}

/** A customer, who retries what is not answered, always under the same key. */
export interface Customer {
  random: Random
  hold(wish: { seats?: string[]; quantity?: number }): Promise<Held | undefined>
  /** @returns the status of the answer, if there was one */
  pay(booking: Held, wrong?: { amount?: number; card?: string; key?: string }): Promise<number | undefined>
  confirm(booking: Held): Promise<number | undefined>
  cancel(booking: Held): Promise<number | undefined>
  think(ms: number): Promise<void>
  /** Repeats every request whose answer must never change. */
  repeatEverything(): Promise<void>
}

export const goodCard = '4242424242424242'
export const slowCard = '4000000000000341'
const declinedCard = '4000000000000002'

const maxAttempts = 25

export function createCustomer(
  world: World,
  process: Process,
  { network, ledger, sendsTwice }: { network: Network; ledger: Ledger; sendsTwice: number },
): Customer {
  const { random } = world
  const answered = new Map<Request, string>()
  let requests = 0

  async function askOnce(service: string, request: Request): Promise<Answer | undefined> {
    const sentAt = world.now()
    try {
      const answer = await network.send(process, service, request)
      ledger.note(request, sentAt, answer, world.now())
      if (isKept(answer)) answered.set(request, service)
      return isTransient(answer) ? undefined : answer
    } catch (error) {
      if (error instanceof TimedOut || error instanceof Disconnected) return undefined
      throw error
    }
  }

  async function askUntilAnswered(service: string, request: Request): Promise<Answer | undefined> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const answer = await askOnce(service, request)
      if (answer) return answer
      await world.sleep(500 + random.below(1_000), process)
    }
    return undefined
  }

  async function ask(service: string, request: Pick<Request, 'operation' | 'params' | 'body'>, key?: string) {
    requests += 1
    const whole = {
      ...request,
      query: {},
      key: key ?? `${process.name}-${requests}`,
      client: clientOf(process.name),
      timeoutMs: service === 'payment' ? 15_000 : 5_000,
    }
    if (random.chance(sendsTwice)) {
      const [first] = await Promise.all([askUntilAnswered(service, whole), askUntilAnswered(service, whole)])
      return first
    }
    return await askUntilAnswered(service, whole)
  }

  const act = async (operation: string, { id }: Held) =>
    (await ask('booking', { operation, params: { id }, body: {} }))?.status

  return {
    random,
    async hold(wish) {
      const customer = { name: process.name, email: `${process.name}@example.com` }
      const body = { movieId: movie.id, theatreId: theatre.id, ...wish, customer }
      const answer = await ask('booking', { operation: 'createBooking', params: {}, body })
      return answer?.status === 201 ? (JSON.parse(answer.body) as Held) : undefined
    },
    async pay({ id, amount, currency }, { card = goodCard, key, ...wrong } = {}) {
      const body = {
        bookingId: id,
        amount,
        currency,
        ...wrong,
        card: { number: card, expiryMonth: 12, expiryYear: 2049, cvc: '123', holder: process.name },
      }
      return (await ask('payment', { operation: 'createPayment', params: {}, body }, key))?.status
    },
    confirm: (booking) => act('confirmBooking', booking),
    cancel: (booking) => act('cancelBooking', booking),
    think: (ms) => world.sleep(ms, process),
    async repeatEverything() {
      for (const [request, service] of answered) await askOnce(service, request)
    },
  }
}

export type Behaviour = (customer: Customer) => Promise<void>

/** Holds, pays and confirms. */
export async function buy(customer: Customer): Promise<void> {
  const booking = await customer.hold({ quantity: 2 })
  if (!booking) return
  await customer.pay(booking)
  await customer.confirm(booking)
}

/** Holds, pays and cancels. */
export async function buyAndCancel(customer: Customer): Promise<void> {
  const booking = await customer.hold({ quantity: 2 })
  if (!booking) return
  await customer.pay(booking)
  await customer.cancel(booking)
}

const unknownBooking: Held = { id: '00000000-0000-4000-8000-000000000000', amount: price, currency: 'EUR' }

/** Any of the things that customers do. */
export async function anything(customer: Customer): Promise<void> {
  const { random } = customer
  await customer.think(random.below(8_000))
  if (random.chance(0.1)) await customer.pay({ ...unknownBooking, id: random.uuid() })
  const booking = await customer.hold(
    random.chance(0.5)
      ? { quantity: 1 + random.below(2) }
      : { seats: [random.pick(['A1', 'A2', 'B1', 'B2'])] },
  )
  if (!booking) return
  await customer.think(random.chance(0.2) ? random.below(35_000) : random.below(2_000))
  if (random.chance(0.1)) return
  await random.pick(waysToPay)(customer, booking)
  if (random.chance(0.2)) await customer.think(random.below(35_000))
  const rest = [
    ...(random.chance(0.75) ? [customer.confirm(booking)] : []),
    ...(random.chance(0.3) ? [customer.confirm(booking)] : []),
    ...(random.chance(0.3) ? [customer.cancel(booking)] : []),
  ]
  await Promise.all(rest)
  if (random.chance(0.2)) await customer.cancel(booking)
}

const waysToPay: [typeof payExactly, ...(typeof payExactly)[]] = [
  payExactly,
  payExactly,
  payTwice,
  payWrongly,
  payByBadCard,
  paySlowly,
  payWithUsedKey,
  payNothing,
]

async function payExactly(customer: Customer, booking: Held): Promise<void> {
  await customer.pay(booking)
}

async function payTwice(customer: Customer, booking: Held): Promise<void> {
  await Promise.all([customer.pay(booking), customer.pay(booking)])
}

async function payWrongly(customer: Customer, booking: Held): Promise<void> {
  await customer.pay(booking, { amount: customer.random.pick([booking.amount - 1, booking.amount + 1]) })
  if (customer.random.chance(0.5)) await customer.confirm(booking)
  if (customer.random.chance(0.5)) await customer.pay(booking)
}

async function payByBadCard(customer: Customer, booking: Held): Promise<void> {
  await customer.pay(booking, { card: declinedCard })
  if (customer.random.chance(0.7)) await customer.pay(booking)
}

async function paySlowly(customer: Customer, booking: Held): Promise<void> {
  await customer.pay(booking, { card: slowCard })
}

async function payWithUsedKey(customer: Customer, booking: Held): Promise<void> {
  const key = `key-of-${booking.id}`
  const first = customer.pay(booking, { key })
  if (customer.random.chance(0.5)) await first
  await customer.pay({ ...booking, id: customer.random.uuid() }, { key })
  await first
}

function payNothing(): Promise<void> {
  return Promise.resolve()
}
