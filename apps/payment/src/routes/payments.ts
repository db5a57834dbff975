import type { Router } from 'express'
import { PaymentInput, paymentsApi } from '@matinee/contracts/payment'
import { createRouter } from '@matinee/service-kit/http/router'
import type { RouterOptions } from '@matinee/service-kit/http/router'
import { chargeCard } from '../domain/charge-card.ts'
import type { Context } from '../domain/context.ts'
import { listPayments, readPayment } from '../domain/read-payments.ts'
import { refundPayment } from '../domain/refund-payment.ts'
import { settlePayment } from '../domain/settle-payment.ts'

/** The body without its cvc, for the fingerprint; the card number enters it under a secret. */
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
      listPayments: ({ query }) => listPayments(context, query),
      settlePayment: ({ params: { id } }) => settlePayment(context, id),
      refundPayment: ({ params: { id }, claim }) => refundPayment(context, id, claim),
    },
    options,
  )
}
