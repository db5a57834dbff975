import { bookingsApi } from '@matinee/contracts/booking'
import type { Booking } from '@matinee/contracts/booking'
import { paymentsApi } from '@matinee/contracts/payment'
import type { Card } from '@matinee/contracts/payment'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Services } from '../clients/services.ts'
import { afterTwin } from './keyed-call.ts'

/** How paying ended, as far as it is known. */
export type PaymentOutcome =
  | { state: 'confirmed' }
  /** Charged, but the booking is not confirmed (yet): booking settles or refunds it by itself. */
  | { state: 'taken' }
  /** No answer: the card may have been charged, or may still be. */
  | { state: 'unknown' }
  | { state: 'declined'; reason: string }
  | { state: 'refused'; problem: UpstreamProblem }
  /** Payment could not be reached; the same key may be tried again. */
  | { state: 'unavailable' }
  /** This form was sent before, with another card. */
  | { state: 'used' }
  /** Charged before, but not this amount; booking gives it back. */
  | { state: 'other-amount' }

type Charge = { state: 'captured' } | PaymentOutcome

async function charge({ payment }: Services, booking: Booking, card: Card, key: string): Promise<Charge> {
  const { id: bookingId, amount, currency } = booking
  try {
    await afterTwin(() =>
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
        return { state: 'used' }
      case 'validation-failed':
        return { state: 'refused', problem: error }
      default:
        throw error
    }
  }
}

/** Asks booking to confirm what is paid. */
async function confirm({ booking: client }: Services, { id }: Booking, key: string): Promise<PaymentOutcome> {
  try {
    await afterTwin(() =>
      client.call(bookingsApi.confirmBooking, { params: { id }, body: {}, idempotencyKey: `${key}-confirm` }),
    )
    return { state: 'confirmed' }
  } catch (error) {
    if (error instanceof UpstreamProblem && error.slug === 'payment-required')
      return { state: 'other-amount' }
    if (error instanceof UpstreamProblem || error instanceof ProblemError) return { state: 'taken' }
    throw error
  }
}

/** Charges the card for a pending booking, then confirms it. Done twice with one key, it charges once. */
export async function payBooking(
  services: Services,
  booking: Booking,
  card: Card,
  key: string,
): Promise<PaymentOutcome> {
  const charged = await charge(services, booking, card, key)
  return charged.state === 'captured' ? await confirm(services, booking, key) : charged
}
