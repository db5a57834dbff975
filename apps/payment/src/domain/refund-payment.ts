import type { Payment } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Context } from './context.ts'
import { isVisible, toPayment } from './payment.ts'
import { noSuchPayment } from './read-payments.ts'

/**
 * Refunds a payment; a payment that is refunded already is returned as it is. The record comes first, so that from then on
 * nothing relies on the payment. The processor follows at once or, if this process dies in between, in `recover`.
 *
 * @throws ProblemError `not-found`
 */
export async function refundPayment(context: Context, id: string, claim: Claim): Promise<Payment> {
  const { payments, events } = context
  const found = await payments.find(id)
  if (!found || !isVisible(found.payment)) throw noSuchPayment(id)
  const refunded = { ...found.payment, status: 'refunded' as const, refundedAt: found.now }
  assertTimeLeft()
  const { payment, changed } = await payments.refund(refunded, claim)
  if (changed) {
    events.paymentRefunded(payment)
    await returnMoney(context, id)
  }
  return toPayment({ ...refunded, ...payment, status: 'refunded' })
}

/** Has the processor return the money of a refund. */
export async function returnMoney({ processor, payments }: Context, id: string): Promise<void> {
  await processor.refund(id)
  await payments.noteReturn(id)
}
