import type { Page } from '@matinee/contracts/common'
import type { Card, Payment } from '@matinee/contracts/payment'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type { Events } from '../events.ts'
import type { Attempt, ChargeOutcome, PaymentRecord } from './payment.ts'

/** Everything the use cases need. */
export interface Context {
  payments: PaymentStore
  processor: CardProcessor
  keys: { deleteExpired(): Promise<boolean> }
  events: Events
  newId: () => string
  now: () => Date
}

/** The card processor, an outside system. Every call may be repeated: the first outcome for an id stands. */
export interface CardProcessor {
  charge(id: string, card: Card): Promise<ChargeOutcome>
  /** Makes sure that a charge that has not happened yet never will. */
  void(id: string): Promise<ChargeOutcome>
  refund(id: string): Promise<void>
}

/** A payment after an update, and whether this update changed it. */
export interface Change {
  payment: PaymentRecord
  changed: boolean
}

export interface PaymentFilter {
  bookingId?: string | undefined
  /** Captured more than 30 s ago, and claimed by no booking. */
  unsettled?: boolean | undefined
}

/** Every update is one guarded statement: it takes effect at most once, whatever happens at the same time. */
export interface PaymentStore {
  /** Begins a payment; false when the key has one, or the booking an active one (processing or captured). */
  begin(attempt: Attempt): Promise<boolean>
  /** Ends a payment that is processing. If it is captured, the same statement keeps the answer under the claim. */
  conclude(id: string, outcome: ChargeOutcome, claim?: Claim): Promise<Change>
  /** Refunds a captured payment, and keeps the answer in the same statement. @param refunded what the payment becomes */
  refund(refunded: PaymentRecord, claim: Claim): Promise<Change>
  /** Records that the processor has returned the money of a refund. */
  noteReturn(id: string): Promise<void>
  /** Records that a captured payment belongs to a confirmed booking; null when there is no such payment. */
  settle(id: string): Promise<Change | null>
  /** A payment, and the time by the database's clock. */
  find(id: string): Promise<{ payment: PaymentRecord; now: Date } | null>
  findByKey(idempotencyKey: string): Promise<PaymentRecord | null>
  findActive(bookingId: string): Promise<PaymentRecord | null>
  /** Captured and refunded payments, oldest first. */
  list(filter: PaymentFilter, limit: number, after?: string): Promise<Page<Payment>>
  /** Ids of payments whose process died: processing for longer than any charge takes. */
  findAbandoned(): Promise<string[]>
  /** Ids of refunds whose process died before the processor returned the money. */
  findUnreturned(): Promise<string[]>
}
