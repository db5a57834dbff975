import type { Booking } from '@matinee/contracts/booking'
import type { Payment } from '@matinee/contracts/payment'

/** What one customer tried, and what was acknowledged with 2xx. */
export interface Journey {
  held?: Booking
  payments: Payment[]
  confirmed?: Booking
  cancelled?: Booking
  triedToPay: boolean
  triedToCancel: boolean
}

/** A movie or theatre that was acknowledged to the admin. */
interface Added {
  path: string
  body: { id: string }
}

export interface Ledger {
  journeys: Journey[]
  added: Added[]
  /** Answers that should not have happened. */
  surprises: string[]
}

export function createLedger(): Ledger {
  return { journeys: [], added: [], surprises: [] }
}

/** The number of 2xx answers, by what they acknowledged. */
export function acknowledged({ journeys, added }: Ledger): Record<string, number> {
  return {
    holds: journeys.filter(({ held }) => held).length,
    payments: journeys.flatMap(({ payments }) => payments).length,
    confirmations: journeys.filter(({ confirmed }) => confirmed).length,
    cancellations: journeys.filter(({ cancelled }) => cancelled).length,
    'movies and theatres': added.length,
  }
}

/** What is read at the end; undefined is a 404. */
type Read = <T>(path: string) => Promise<T | undefined>

/** Which of one customer's acknowledged results are lost. */
async function lostOf(journey: Journey, read: Read): Promise<string[]> {
  const { held, payments, confirmed, cancelled, triedToPay, triedToCancel } = journey
  if (!held) return []
  const row = `booking ${held.id}`
  const now = await read<Booking>(`/bookings/${held.id}`)
  if (!now) return [`${row} was held, and is not there`]
  const lost: string[] = []
  const { reference, seats, amount } = now
  if (reference !== held.reference || seats.join() !== held.seats.join() || amount !== held.amount) {
    lost.push(`${row} was held, and is another one now`)
  }
  if (now.status === 'pending') lost.push(`${row} is still pending`)
  if (now.status === 'confirmed' && !triedToPay) lost.push(`${row} is confirmed, and nobody paid`)
  if (now.status === 'cancelled' && !triedToCancel) lost.push(`${row} is cancelled, and nobody wanted it`)
  if (cancelled && now.status !== 'cancelled') lost.push(`${row} was cancelled, and is ${now.status} now`)
  if (confirmed && now.status !== 'confirmed' && now.status !== 'cancelled') {
    lost.push(`${row} was confirmed, and is ${now.status} now`)
  }
  if (now.refund === 'pending') lost.push(`${row} still waits for its refund`)
  for (const { id, amount: paid } of payments) {
    const payment = await read<Payment>(`/payments/${id}`)
    const isUsed = now.status === 'confirmed' && now.paymentId === id
    if (payment?.amount !== paid) lost.push(`payment ${id} was captured, and is not there`)
    else if (payment.status !== (isUsed ? 'captured' : 'refunded')) {
      lost.push(`payment ${id} is ${payment.status}, and its ${row} is ${now.status}`)
    }
  }
  return lost
}

async function lostAddition({ path, body }: Added, read: Read): Promise<string[]> {
  const now = await read<{ id: string }>(`${path}/${body.id}`)
  return now ? [] : [`${path}/${body.id} was added, and is not there`]
}

/** Compares the ledger with the API. @returns every acknowledged result that is lost */
export async function findLost({ journeys, added }: Ledger, read: Read): Promise<string[]> {
  const work = [
    ...journeys.map((journey) => () => lostOf(journey, read)),
    ...added.map((addition) => () => lostAddition(addition, read)),
  ]
  const lost: string[] = []
  const worker = async () => {
    for (let next = work.pop(); next; next = work.pop()) lost.push(...(await next()))
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return lost
}
