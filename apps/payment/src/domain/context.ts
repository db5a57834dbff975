import type { Page } from '@matinee/contracts/common'
import type { Card, DeclineReason, Payment } from '@matinee/contracts/payment'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Events } from '../events.ts'

/** What the card processor made of a charge; `voided` means that it never was and never will be charged. */
export type ChargeOutcome = 'captured' | 'voided' | DeclineReason

/** The card processor, an outside system. Every call may be repeated: the first outcome of an id stands. */
export interface Processor {
  charge(id: string, card: Card): Promise<ChargeOutcome>
  /** Makes sure that a charge that has not happened yet never will. */
  void(id: string): Promise<ChargeOutcome>
  refund(id: string): Promise<void>
}

/** One attempt to charge a card, under one Idempotency-Key. */
export interface Attempt {
  id: string
  bookingId: string
  amount: number
  currency: string
  card: { brand: string; last4: string }
  idempotencyKey: string
}

/** A payment as the service knows it: callers only ever see a captured or refunded one. */
export interface PaymentRecord extends Omit<Attempt, 'idempotencyKey'> {
  status: 'processing' | 'captured' | 'declined' | 'voided' | 'refunded'
  reason: DeclineReason | null
  createdAt: Date
  refundedAt: Date | null
}

/** A payment after an update, and whether it was this update that changed it. */
export interface Change {
  payment: PaymentRecord
  changed: boolean
}

export interface PaymentFilter {
  bookingId?: string | undefined
  /** Captured, older than 30 s, and claimed by no booking. */
  unsettled?: boolean | undefined
}

/** Every update is one guarded statement: it happens at most once, whatever else happens meanwhile. */
export interface PaymentStore {
  /** Begins a payment; false when the key has one, or the booking an active one (processing or captured). */
  begin(attempt: Attempt): Promise<boolean>
  /** Ends a payment that is processing; keeps the answer under the claim, in the same transaction, if it is captured. */
  conclude(id: string, outcome: ChargeOutcome, claim?: Claim): Promise<Change>
  /** Captured to refunded, with the answer under the claim; null when there is no such payment. */
  refund(id: string, claim: Claim): Promise<Change | null>
  /** Notes that the processor gave the money of a refund back. */
  noteReturn(id: string): Promise<void>
  /** Notes that a captured payment belongs to a confirmed booking; null when there is no such payment. */
  settle(id: string): Promise<Change | null>
  find(id: string): Promise<PaymentRecord | null>
  findByKey(idempotencyKey: string): Promise<PaymentRecord | null>
  findActive(bookingId: string): Promise<PaymentRecord | null>
  /** Captured and refunded payments, the oldest first. */
  list(filter: PaymentFilter, limit: number, after?: string): Promise<Page<Payment>>
  /** Ids of payments whose process has died: processing for longer than any charge takes. */
  findAbandoned(): Promise<string[]>
  /** Ids of refunds whose process has died before the processor gave the money back. */
  findUnreturned(): Promise<string[]>
}

/** All that the use cases work with; a simulation gives them its own. */
export interface Context {
  payments: PaymentStore
  processor: Processor
  events: Events
  newId: () => string
  now: () => Date
}

/** A payment that callers may see; nothing else that became of an attempt is one. */
export interface VisiblePayment extends PaymentRecord {
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
