import type { Page } from '@matinee/contracts/common'
import type { Payment } from '@matinee/contracts/payment'
import { ProblemError } from '@matinee/service-kit/http/problem'
import type { Context, PaymentFilter } from './context.ts'
import { isVisible, toPayment } from './payment.ts'

export function noSuchPayment(id: string): ProblemError {
  return new ProblemError('not-found', `There is no payment ${id}.`)
}

/** @throws ProblemError `not-found`, also for an attempt that was not captured */
export async function readPayment({ payments }: Context, id: string): Promise<Payment> {
  const found = await payments.find(id)
  if (!found || !isVisible(found.payment)) throw noSuchPayment(id)
  return toPayment(found.payment)
}

/** Captured and refunded payments, oldest first. */
export async function listPayments(
  { payments }: Context,
  { limit, after, ...filter }: PaymentFilter & { limit: number; after?: string | undefined },
): Promise<Page<Payment>> {
  return await payments.list(filter, limit, after)
}
