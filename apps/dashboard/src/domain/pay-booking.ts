import { bookingsApi } from '@matinee/contracts/booking'
import type { Booking } from '@matinee/contracts/booking'
import { paymentsApi } from '@matinee/contracts/payment'
import type { Card } from '@matinee/contracts/payment'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Services } from './context.ts'
import { retryWhileInUse } from './idempotency.ts'

export type PaymentOutcome =
  | { state: 'confirmed' }
  /** Charged, but not (yet) confirmed: booking settles or refunds the payment by itself. */
  | { state: 'taken' }
  /** No answer: the card may have been charged, or may still be. */
  | { state: 'unknown' }
  | { state: 'declined'; reason: string }
  | { state: 'refused'; problem: UpstreamProblem }
  /** Payment could not be reached; a retry with the same key is safe. */
  | { state: 'unavailable' }
  /** The form was already submitted with another card. */
  | { state: 'reused' }
  /** An earlier payment had another amount; booking refunds it. */
  | { state: 'wrong-amount' }

type Charge = { state: 'captured' } | PaymentOutcome

async function charge({ payment }: Services, booking: Booking, card: Card, key: string): Promise<Charge> {
  const { id: bookingId, amount, currency } = booking
  try {
    await retryWhileInUse(() =>
      payment.call(paymentsApi.createPayment, {
        body: { bookingId, amount, currency, card },
        idempotencyKey: key,
      }),
    )
    return { state: 'captured' }
  } catch (error) {
    if (error instanceof ProblemError)
      return { state: error.problem === 'dependency-timeout' ? 'unknown' : 'unavailable' }
    if (!(error instanceof UpstreamProblem)) throw error
    switch (error.slug) {
      case 'already-paid':
        return { state: 'captured' }
      case 'card-declined':
        return { state: 'declined', reason: String(error.body['reason']) }
      case 'payment-in-progress':
      case 'idempotency-key-in-use':
        return { state: 'unknown' }
      case 'idempotency-key-reused':
        return { state: 'reused' }
      case 'validation-failed':
        return { state: 'refused', problem: error }
      default:
        throw error
    }
  }
}

async function confirm({ booking: client }: Services, { id }: Booking, key: string): Promise<PaymentOutcome> {
  try {
    await retryWhileInUse(() =>
      client.call(bookingsApi.confirmBooking, { params: { id }, body: {}, idempotencyKey: `${key}-confirm` }),
    )
    return { state: 'confirmed' }
  } catch (error) {
    if (error instanceof UpstreamProblem && error.slug === 'payment-required')
      return { state: 'wrong-amount' }
    if (error instanceof UpstreamProblem || error instanceof ProblemError) return { state: 'taken' }
    throw error
  }
}

/** Charges the card for a pending booking, then confirms the booking. Repeated with the same key, it charges once. */
export async function payBooking(
  services: Services,
  booking: Booking,
  card: Card,
  key: string,
): Promise<PaymentOutcome> {
  const charged = await charge(services, booking, card, key)
  return charged.state === 'captured' ? await confirm(services, booking, key) : charged
}
