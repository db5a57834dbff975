import type { BookingInput } from '@matinee/contracts/booking'
import { findOffenders } from '../tools/audit/invariants.ts'
import { settledWithinMs } from '../tools/audit/invariant.ts'
import type { Snapshot } from '../tools/audit/rows.ts'
import { clientKinds, seatsOnHold } from '../tools/audit/seats.ts'
import { holdSeconds, seatLimits } from './booking.ts'
import type { Ledger } from './ledger.ts'
import type { Request } from './network.ts'
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

/** The rules of the audit, and what it cannot check: each transition of a row, the length of a hold, and each refusal. */
export function createChecks({ tables, ledger, now, faultsEndMs }: Scene): Checks {
  const violations = new Set<string>()
  const statuses = new Map<string, string>()
  /** The most seats that each client has held at a time. */
  const most = {
    session: new Map<string | undefined, number>(),
    address: new Map<string | undefined, number>(),
  }

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

  /** Only what a client held itself may have stopped it. */
  function checkRefused({ client, body }: Request): void {
    const { seats, quantity = 1 } = body as BookingInput
    const wanted = seats?.length ?? quantity
    const isOverLimit = clientKinds.some(
      (kind) => (most[kind].get(client?.[kind]) ?? 0) + wanted > seatLimits[kind],
    )
    if (!isOverLimit) violations.add(`9: ${client?.session} at ${client?.address} never held too many seats`)
  }

  return {
    observe() {
      const snapshot = takeSnapshot(tables)
      audit({ ...snapshot, calmFor: Math.max(0, now() - faultsEndMs) })
      const { bookings } = snapshot.booking
      for (const kind of clientKinds) {
        for (const [client, count] of seatsOnHold(bookings, kind)) {
          most[kind].set(client, Math.max(count, most[kind].get(client) ?? 0))
        }
      }
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
      ledger.refused.forEach(checkRefused)
      // Nothing more happens: what is unfinished now will be overdue then.
      audit({ ...takeSnapshot(tables, settledWithinMs + 1), told: ledger.acknowledged })
      return [...violations, ...ledger.violations]
    },
  }
}
