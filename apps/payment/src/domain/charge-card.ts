import { isDeepStrictEqual } from 'node:util'
import type { Payment, PaymentInput } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { assertUsable, describeCard } from './card-rules.ts'
import type { Context } from './context.ts'
import { isVisible, toPayment } from './payment.ts'
import type { PaymentRecord } from './payment.ts'

/**
 * Charges a card for a booking: a booking has at most one captured payment at a time, and a key charges once. A charge that
 * has begun is completed even if the caller has gone; if this process dies, `recover` completes it.
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

/** The outcome of an earlier attempt: of this key, or else of another one for the same booking. */
async function answerEarlier({ payments }: Context, order: PaymentInput, claim: Claim): Promise<Payment> {
  const own = await payments.findByKey(claim.key)
  if (own) {
    assertSameOrder(own, order)
    if (own.status === 'processing') throw keyInUse()
    return answer(own)
  }
  const active = await payments.findActive(order.bookingId)
  if (active?.status === 'captured') {
    throw new ProblemError('already-paid', `Payment ${active.id} has already paid for this booking.`, {
      members: { paymentId: active.id },
    })
  }
  throw inProgress()
}

/** The payment remembers its key after the kept answer has been deleted. */
function assertSameOrder(own: PaymentRecord, { card, ...order }: PaymentInput): void {
  const { bookingId, amount, currency } = own
  if (
    isDeepStrictEqual({ bookingId, amount, currency, card: own.card }, { ...order, card: describeCard(card) })
  )
    return
  throw new ProblemError(
    'idempotency-key-reused',
    'This Idempotency-Key was used for a different request. Use a new one.',
  )
}

function answer(payment: PaymentRecord): Payment {
  if (isVisible(payment)) return toPayment(payment)
  if (payment.status === 'voided') {
    throw new ProblemError(
      'deadline-exceeded',
      'The charge took too long and was abandoned. The card was not charged; try again.',
    )
  }
  throw new ProblemError(
    'card-declined',
    'The card was not charged. Try another card, with a new Idempotency-Key.',
    {
      members: { reason: payment.reason },
    },
  )
}

function keyInUse(): ProblemError {
  return new ProblemError(
    'idempotency-key-in-use',
    'The first request with this key is still being processed. Try again in a second.',
    { headers: { 'Retry-After': '1' } },
  )
}

function inProgress(): ProblemError {
  return new ProblemError(
    'payment-in-progress',
    'Another payment for this booking is still being processed.',
    {
      headers: { 'Retry-After': '1' },
    },
  )
}
