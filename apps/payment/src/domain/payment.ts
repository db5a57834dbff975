import type { DeclineReason, Payment } from '@matinee/contracts/payment'

/** What became of a charge at the card processor; `voided` means that the card was not charged and never will be. */
export type ChargeOutcome = 'captured' | 'voided' | DeclineReason

/** One attempt to charge a card, under one Idempotency-Key. */
export interface Attempt {
  id: string
  bookingId: string
  amount: number
  currency: string
  card: { brand: string; last4: string }
  idempotencyKey: string
}

/** A payment as the service knows it; callers see only captured and refunded ones. */
export interface PaymentRecord extends Omit<Attempt, 'idempotencyKey'> {
  status: 'processing' | 'captured' | 'declined' | 'voided' | 'refunded'
  reason: DeclineReason | null
  createdAt: Date
  refundedAt: Date | null
}

interface VisiblePayment extends PaymentRecord {
  status: Payment['status']
}

export function isVisible(payment: PaymentRecord): payment is VisiblePayment {
  return payment.status === 'captured' || payment.status === 'refunded'
}

/** The payment as callers see it. */
export function toPayment({ reason: _reason, createdAt, refundedAt, ...payment }: VisiblePayment): Payment {
  return {
    ...payment,
    createdAt: createdAt.toISOString(),
    ...(refundedAt && { refundedAt: refundedAt.toISOString() }),
  }
}
