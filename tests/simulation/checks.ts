import { findOffenders } from '../tools/audit/invariants.ts'
import { settledWithinMs } from '../tools/audit/invariant.ts'
import type { Snapshot } from '../tools/audit/rows.ts'
import { holdSeconds } from './booking.ts'
import type { Ledger } from './ledger.ts'
import { takeSnapshot } from './snapshot.ts'
import type { Tables } from './snapshot.ts'

/** The whole system, as only the simulation sees it. */
interface Scene {
  tables: Tables
  ledger: Ledger
  now: () => number
  faultsEndMs: number
}

export interface Checks {
  /** Checks every rule; called after each commit. */
  observe: () => void
  /** Whether no work is left. */
  isSettled(): boolean
  /** Checks the end of the run. @returns all violations, with the number of each rule in `reliability.md` */
  conclude(): string[]
}

const forward: Record<string, string[]> = {
  pending: ['confirmed', 'expired', 'cancelled'],
  confirmed: ['cancelled'],
  processing: ['captured', 'declined', 'voided'],
  captured: ['refunded'],
}

/** The rules of the audit, and two checks that it cannot make: each transition of a row, and the length of a hold. */
export function createChecks({ tables, ledger, now, faultsEndMs }: Scene): Checks {
  const violations = new Set<string>()
  const statuses = new Map<string, string>()

  function audit(snapshot: Snapshot): void {
    for (const { number, row, breaks } of findOffenders(snapshot))
      violations.add(`${number}: ${row}: ${breaks}`)
  }

  function checkStep(id: string, status: string): void {
    const before = statuses.get(id)
    if (before !== undefined && before !== status && !forward[before]?.includes(status)) {
      violations.add(`7: ${id} went from ${before} to ${status}`)
    }
    statuses.set(id, status)
  }

  return {
    observe() {
      const snapshot = takeSnapshot(tables)
      audit({ ...snapshot, calmFor: Math.max(0, now() - faultsEndMs) })
      const { bookings } = snapshot.booking
      for (const { id, status } of [...bookings, ...snapshot.payment.payments]) checkStep(id, status)
      for (const { id, status, expiredAgo } of bookings) {
        if (status === 'pending' && -expiredAgo > holdSeconds * 1_000) {
          violations.add(`5: ${id} is held for too long by the database's clock`)
        }
      }
    },

    isSettled() {
      const { booking, payment } = takeSnapshot(tables)
      const placed = new Set(
        booking.bookings.filter(({ status }) => status === 'confirmed').map(({ paymentId }) => paymentId),
      )
      return (
        booking.bookings.every(({ status, refund }) => status !== 'pending' && refund !== 'pending') &&
        payment.payments.every(
          ({ id, status, isSettled, isReturned }) =>
            status !== 'processing' &&
            (status !== 'captured' || (placed.has(id) && isSettled)) &&
            (status !== 'refunded' || isReturned),
        )
      )
    },

    conclude() {
      // Nothing more happens: what is unfinished now will be overdue then.
      audit({ ...takeSnapshot(tables, settledWithinMs + 1), told: ledger.acknowledged })
      return [...violations, ...ledger.violations]
    },
  }
}
