import type { Payment } from '@matinee/contracts/payment'
import { assertTimeLeft } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import { isVisible, toPayment } from './context.ts'
import type { Context } from './context.ts'
import { notFound } from './read-payment.ts'

/**
 * Refunds a payment; a refunded one is answered again. The record comes first: from then on nothing can rely on the
 * payment. The processor follows at once or, if this process dies in between, by `recover`.
 *
 * @throws ProblemError `not-found`
 */
export async function refundPayment(context: Context, id: string, claim: Claim): Promise<Payment> {
  assertTimeLeft()
  const refund = await context.payments.refund(id, claim)
  if (!refund || !isVisible(refund.payment)) notFound(id)
  if (refund.changed) {
    context.events.paymentRefunded(refund.payment)
    await returnMoney(context, id)
  }
  return toPayment(refund.payment)
}

/** Has the processor give the money of a refund back. */
export async function returnMoney(
  { processor, payments }: Pick<Context, 'processor' | 'payments'>,
  id: string,
): Promise<void> {
  await processor.refund(id)
  await payments.noteReturn(id)
}
