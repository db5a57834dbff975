import type { Invariant } from './invariant.ts'
import { byId } from './rows.ts'
import type { Booking, Key, Payment, Snapshot } from './rows.ts'

/** How far in the future a lease may end: longer than any request takes. */
const longestLeaseMs = 60_000
/** How long every key is kept. */
const keptForMs = 24 * 3_600_000

/** The fields of stored answers that the rules use. */
interface Answer {
  id: string
  status: string
  reference?: string
  seats?: string[]
  amount: number
  paymentId?: string
  refund?: string
}

export interface KeptAnswer {
  operation: string
  key: string
  answer: Answer
}

const allKeys = ({ booking, payment }: Snapshot) => [...booking.keys, ...payment.keys]

function isSuccess({ status }: Key): boolean {
  return status !== null && status >= 200 && status < 300
}

function successes(keys: Key[]): KeptAnswer[] {
  return keys.filter(isSuccess).map(({ operation, key, body }) => ({
    operation,
    key,
    answer: JSON.parse(body ?? '{}') as Answer,
  }))
}

/** The successes that the stores keep, and those that callers have received. */
export function answered(snapshot: Snapshot): KeptAnswer[] {
  return successes([...allKeys(snapshot), ...(snapshot.told ?? [])])
}

export function nameOf({ operation, key }: Pick<Key, 'operation' | 'key'>): string {
  return `key ${key} of ${operation}`
}

/** Keys whose answers claim the same booking or payment. */
function* sharing(rows: { name: string; made: string }[]) {
  for (const [made, same] of Map.groupBy(rows, (row) => row.made)) {
    const [first, ...others] = same
    for (const { name } of others)
      yield { row: name, breaks: `${made} belongs to ${first?.name ?? ''} as well` }
  }
}

export const oneWorkAKey: Invariant = {
  rule: 'an idempotency key does its work once',
  rows: 'keys',
  count: (snapshot) => allKeys(snapshot).length,
  *offenders(snapshot) {
    for (const key of allKeys(snapshot)) {
      if (key.status === null && key.leaseLeft > longestLeaseMs) {
        yield { row: nameOf(key), breaks: 'its lease ends more than 60 s from now: nobody can go on with it' }
      }
      if (key.status !== null && !isSuccess(key) && key.status !== 402) {
        yield { row: nameOf(key), breaks: `it keeps an answer ${key.status}, which should not be kept` }
      }
    }
    const { bookings, keys } = snapshot.booking
    const made = successes(keys).filter(({ operation }) => operation === 'createBooking')
    yield* sharing(made.map((one) => ({ name: nameOf(one), made: `booking ${one.answer.id}` })))
    const kept = new Set(made.map(({ answer }) => answer.id))
    for (const { id, createdAgo } of bookings) {
      if (createdAgo < keptForMs && !kept.has(id)) {
        yield { row: `booking ${id}`, breaks: 'no key keeps its answer: a repetition would make another one' }
      }
    }
    const charges = snapshot.payment.payments.filter(({ key }) => key !== null)
    yield* sharing(charges.map(({ id, key }) => ({ name: `payment ${id}`, made: `key ${String(key)}` })))
  },
}

/** What is wrong with the booking of an answer; undefined when nothing is. */
function lostBooking({ answer }: KeptAnswer, booking: Booking | undefined): string | undefined {
  if (!booking) return `it was answered with booking ${answer.id}, which is not there`
  const isSame =
    booking.reference === answer.reference &&
    booking.amount === answer.amount &&
    booking.seats.join() === answer.seats?.join() &&
    (answer.paymentId === undefined || answer.paymentId === booking.paymentId)
  return isSame ? undefined : `it was answered with booking ${answer.id}, which is another one now`
}

/** The same for a payment. */
function lostPayment(
  { operation, key, answer }: KeptAnswer,
  payment: Payment | undefined,
): string | undefined {
  if (!payment) return `it was answered with payment ${answer.id}, which is not there`
  if (operation === 'createPayment' && payment.key !== key) {
    return `it was answered with payment ${answer.id}, which another key has made`
  }
  return payment.amount === answer.amount
    ? undefined
    : `it was answered with payment ${answer.id}, which is another one now`
}

export const keptAnswers: Invariant = {
  rule: 'what was answered with 2xx is there',
  rows: 'kept answers and paid bookings',
  count: (snapshot) =>
    successes(allKeys(snapshot)).length +
    snapshot.booking.bookings.filter(({ paymentId }) => paymentId !== null).length,
  *offenders(snapshot) {
    const { booking, payment } = snapshot
    const bookings = byId(booking.bookings)
    const payments = byId(payment.payments)
    for (const kept of answered(snapshot)) {
      const breaks = kept.operation.endsWith('Payment')
        ? lostPayment(kept, payments.get(kept.answer.id))
        : lostBooking(kept, bookings.get(kept.answer.id))
      if (breaks) yield { row: nameOf(kept), breaks }
    }
    for (const { id, paymentId } of booking.bookings) {
      if (paymentId !== null && !payments.has(paymentId)) {
        yield { row: `booking ${id}`, breaks: `its payment ${paymentId} is not there` }
      }
    }
  },
}
