import type { Page } from '@matinee/contracts/common'
import type { Payment } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, PaymentFilter } from './context.ts'
import { isVisible, toPayment } from './payment.ts'

export function notFound(id: string): never {
  throw new ProblemError('not-found', `There is no payment ${id}.`)
}

/** @throws ProblemError `not-found`, also for an attempt that was not captured */
export async function readPayment({ payments }: Pick<Context, 'payments'>, id: string): Promise<Payment> {
  const found = await payments.find(id)
  if (!found || !isVisible(found.payment)) notFound(id)
  return toPayment(found.payment)
}

export async function listPayments(
  { payments }: Pick<Context, 'payments'>,
  { limit, after, ...filter }: PaymentFilter & { limit: number; after?: string | undefined },
): Promise<Page<Payment>> {
  return await payments.list(filter, limit, after)
}
