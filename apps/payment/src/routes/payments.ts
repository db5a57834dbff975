import type { Router } from 'express'
import { PaymentInput, paymentsApi } from '@matinee/contracts/payment'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { chargeCard } from '../domain/charge-card.ts'
import type { Context } from '../domain/context.ts'
import { readPayment } from '../domain/read-payment.ts'
import { refundPayment } from '../domain/refund-payment.ts'
import { settlePayment } from '../domain/settle-payment.ts'

/** No form of a cvc enters a fingerprint; the card number does, under the secret. */
export function withoutCvc(body: unknown): unknown {
  const { data } = PaymentInput.safeParse(body)
  if (!data) return body
  const { cvc: _cvc, ...card } = data.card
  return { ...data, card }
}

export function paymentRouter(context: Context, options: RouterOptions): Router {
  return createRouter(
    paymentsApi,
    {
      createPayment: ({ body, claim }) => chargeCard(context, body, claim),
      getPayment: ({ params: { id } }) => readPayment(context, id),
      listPayments: ({ query: { limit, after, ...filter } }) => context.payments.list(filter, limit, after),
      settlePayment: ({ params: { id } }) => settlePayment(context, id),
      refundPayment: ({ params: { id }, claim }) => refundPayment(context, id, claim),
    },
    options,
  )
}
