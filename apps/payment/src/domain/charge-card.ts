import { isDeepStrictEqual } from 'node:util'
import type { Payment, PaymentInput } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { assertUsable, describeCard } from './card-rules.ts'
import { isVisible, toPayment } from './context.ts'
import type { Context, PaymentRecord } from './context.ts'

/**
 * Charges a card for a booking: at most one payment of a booking is captured at a time, and one key charges once.
 * A charge that has begun is brought to its end, also when the caller has gone; if this process dies, by `recover`.
 *
 * @throws ProblemError `validation-failed`, `card-declined`, `deadline-exceeded`, `already-paid`, `payment-in-progress`,
 *   `idempotency-key-in-use` or `idempotency-key-reused`
 */
export async function chargeCard(context: Context, input: PaymentInput, claim: Claim): Promise<Payment> {
  const { payments, processor, events, newId, now } = context
  const { card, ...order } = input
  assertUsable(card, now())
  const attempt = { id: newId(), ...order, card: describeCard(card), idempotencyKey: claim.key }
  assertTimeLeft()
  if (!(await payments.begin(attempt))) return await answerEarlier(context, input, claim)
  const outcome = await processor.charge(attempt.id, card)
  const { payment, changed } = await payments.conclude(attempt.id, outcome, claim)
  if (changed) events.paymentConcluded(payment)
  return answer(payment)
}

/** What this key, or else another one, has made of the booking before. */
async function answerEarlier({ payments }: Context, order: PaymentInput, claim: Claim): Promise<Payment> {
  const own = await payments.findByKey(claim.key)
  if (own) {
    assertSameOrder(own, order)
    if (own.status === 'processing') throw keyInUse()
    return answer(own)
  }
  const active = await payments.findActive(order.bookingId)
  if (active?.status === 'captured') {
    throw new ProblemError('already-paid', `Payment ${active.id} has paid for this booking.`, {
      members: { paymentId: active.id },
    })
  }
  throw inProgress()
}

/** A key outlives its kept answer in the payment that it made. */
function assertSameOrder(own: PaymentRecord, { card, ...order }: PaymentInput): void {
  const { bookingId, amount, currency } = own
  if (
    isDeepStrictEqual({ bookingId, amount, currency, card: own.card }, { ...order, card: describeCard(card) })
  )
    return
  throw new ProblemError(
    'idempotency-key-reused',
    'This Idempotency-Key came with another request before. Use a new one.',
  )
}

function answer(payment: PaymentRecord): Payment {
  if (isVisible(payment)) return toPayment(payment)
  if (payment.status === 'voided') {
    throw new ProblemError(
      'deadline-exceeded',
      'The charge took too long and was given up. Nothing was charged; try again.',
    )
  }
  throw new ProblemError('card-declined', 'The card was not charged. Try another one, with a new key.', {
    members: { reason: payment.reason },
  })
}

function keyInUse(): ProblemError {
  return new ProblemError(
    'idempotency-key-in-use',
    'The charge of the first request with this key is not done yet. Ask again in a second.',
    { headers: { 'Retry-After': '1' } },
  )
}

function inProgress(): ProblemError {
  return new ProblemError('payment-in-progress', 'Another payment for this booking is not done yet.', {
    headers: { 'Retry-After': '1' },
  })
}
