import { z } from 'zod'
import { Amount, Currency, NoFields, Flag, Time, Uuid, page, pageQuery, text, uuidCursor } from './common.ts'
import type { Api } from './endpoint.ts'

export const Card = z
  .strictObject({
    number: z.string().regex(/^\d{12,19}$/, 'Must be 12 to 19 digits'),
    expiryMonth: z.int().min(1).max(12),
    expiryYear: z.int().min(2000).max(9999),
    cvc: z.string().regex(/^\d{3,4}$/, 'Must be 3 or 4 digits'),
    holder: text(100),
  })
  .meta({ id: 'Card' })
export type Card = z.output<typeof Card>

export const PaymentInput = z
  .strictObject({ bookingId: Uuid, amount: Amount, currency: Currency, card: Card })
  .meta({ id: 'PaymentInput' })
export type PaymentInput = z.output<typeof PaymentInput>

export const DeclineReason = z.enum(['declined', 'insufficient-funds', 'expired-card'])
export type DeclineReason = z.output<typeof DeclineReason>

export const Payment = z
  .object({
    id: Uuid,
    bookingId: Uuid,
    amount: Amount,
    currency: Currency,
    status: z.enum(['captured', 'refunded']),
    card: z.object({ brand: z.string(), last4: z.string() }),
    createdAt: Time,
    refundedAt: Time.optional(),
  })
  .meta({ id: 'Payment' })
export type Payment = z.output<typeof Payment>

const params = z.object({ id: Uuid })

export const paymentsApi = {
  createPayment: {
    method: 'post',
    path: '/payments',
    summary: 'Charge a card for a booking',
    idempotent: true,
    body: PaymentInput,
    answer: { status: 201, body: Payment, location: '/payments/{id}' },
    problems: ['card-declined', 'already-paid', 'payment-in-progress'],
  },
  getPayment: {
    method: 'get',
    path: '/payments/{id}',
    summary: 'Read a payment',
    params,
    answer: { status: 200, body: Payment },
    problems: ['not-found'],
  },
  listPayments: {
    method: 'get',
    path: '/payments',
    summary: 'List payments: those of a booking, or the captured ones that no booking has claimed for 30 s',
    internal: true,
    query: z.object({ bookingId: Uuid.optional(), unsettled: Flag.optional(), ...pageQuery(uuidCursor) }),
    answer: { status: 200, body: page(Payment) },
    problems: [],
  },
  settlePayment: {
    method: 'post',
    path: '/payments/{id}/settle',
    summary: 'Note that a payment belongs to a confirmed booking',
    internal: true,
    params,
    body: NoFields,
    answer: { status: 200, body: Payment },
    problems: ['not-found', 'payment-refunded'],
  },
  refundPayment: {
    method: 'post',
    path: '/payments/{id}/refund',
    summary: 'Refund a payment',
    internal: true,
    idempotent: true,
    params,
    body: NoFields,
    answer: { status: 200, body: Payment },
    problems: ['not-found'],
  },
} as const satisfies Api
