import type { ChargeOutcome, PaymentRecord } from '../../apps/payment/src/domain/payment.ts'
import type { KeyTable } from './key-store.ts'

/** A row of `payments`; times by the database's clock. */
export interface PaymentRow {
  record: PaymentRecord
  idempotencyKey: string | null
  settledAt: number | null
  returnedAt: number | null
}

/** What payment's database holds. */
export interface PaymentTables {
  payments: Map<string, PaymentRow>
  keys: KeyTable
}

/** The card processor's records, which decide where the money is; `at` is true time. */
export interface Processor {
  charges: Map<string, { outcome: ChargeOutcome; at: number }>
  refunds: Map<string, { at: number }>
}

export function createPaymentTables(): PaymentTables {
  return { payments: new Map(), keys: new Map() }
}

export function createProcessorTables(): Processor {
  return { charges: new Map(), refunds: new Map() }
}

/** Whether a payment is in progress or captured: a booking has at most one such. */
export function isActive({ record: { status } }: PaymentRow): boolean {
  return status === 'processing' || status === 'captured'
}
