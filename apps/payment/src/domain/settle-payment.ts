import type { Payment } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context } from './context.ts'
import { isVisible, toPayment } from './payment.ts'
import { noSuchPayment } from './read-payments.ts'

/**
 * Records that a payment belongs to a confirmed booking, so that no reconciler asks about it any more.
 *
 * @throws ProblemError `not-found` or `payment-refunded`
 */
export async function settlePayment({ payments, events }: Context, id: string): Promise<Payment> {
  assertTimeLeft()
  const settled = await payments.settle(id)
  if (!settled || !isVisible(settled.payment)) throw noSuchPayment(id)
  if (settled.changed) events.paymentSettled(settled.payment)
  if (settled.payment.status === 'refunded') {
    throw new ProblemError('payment-refunded', `Payment ${id} was refunded: it cannot pay for a booking.`)
  }
  return toPayment(settled.payment)
}
