import type { Payment } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { isVisible, toPayment } from './context.ts'
import type { Context } from './context.ts'

export function notFound(id: string): never {
  throw new ProblemError('not-found', `There is no payment ${id}.`)
}

/**
 * A captured or refunded payment; whatever else became of an attempt is nobody's payment.
 *
 * @throws ProblemError `not-found`
 */
export async function readPayment({ payments }: Pick<Context, 'payments'>, id: string): Promise<Payment> {
  const payment = await payments.find(id)
  if (!payment || !isVisible(payment)) notFound(id)
  return toPayment(payment)
}
