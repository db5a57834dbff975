import type {
  Claim,
  ClaimResult,
  IdempotencyStore,
  StoredAnswer,
} from '@matinee/service-kit/http/idempotency'
import type { Database } from './database.ts'
import type { Process } from './world.ts'

interface KeyRow {
  fingerprint: string
  owner: string
  leaseUntil: number
  answer: StoredAnswer | null
}

/** The table `idempotency_keys`, by operation and key. */
export type KeyTable = Map<string, KeyRow>

export const keyRow = ({ operation, key }: Pick<Claim, 'operation' | 'key'>) => `key ${operation} ${key}`

/** Whether a claim still has its key, and nothing has been answered. */
export function isHeld(table: KeyTable, claim: Claim): boolean {
  const row = table.get(keyRow(claim))
  return row?.owner === claim.owner && row.answer === null
}

/** Keeps an answer with the transaction of its effect, if the claim still has its key. */
export function keepAnswer(table: KeyTable, claim: Claim, answer: StoredAnswer): void {
  const row = table.get(keyRow(claim))
  if (row && isHeld(table, claim)) row.answer = answer
}

interface Rules {
  /** Whether only the same request may take the key of a dead one over. */
  takesOverSameOnly: boolean
  /** The operations whose answers may be kept by a statement of their own, where nothing is changed. */
  mayKeepApart: string[]
}

/** What booking's and payment's `idempotency-store.ts` do with their statements. */
export function createKeyStore(
  database: Database,
  process: Process,
  table: KeyTable,
  { takesOverSameOnly, mayKeepApart }: Rules,
): IdempotencyStore {
  return {
    claim: (claim, fingerprint, leaseMs) =>
      database.run<ClaimResult>(process, {
        what: `claim ${claim.operation} ${claim.key}`,
        rows: [keyRow(claim)],
        execute() {
          const held = table.get(keyRow(claim))
          const mayTake =
            !held ||
            (held.answer === null &&
              held.leaseUntil < database.clock() &&
              (!takesOverSameOnly || held.fingerprint === fingerprint))
          if (mayTake) {
            const leaseUntil = database.clock() + leaseMs
            return {
              result: { state: 'claimed' },
              change: {
                rows: [keyRow(claim)],
                commit: () =>
                  table.set(keyRow(claim), { fingerprint, owner: claim.owner, leaseUntil, answer: null }),
              },
            }
          }
          return held.answer
            ? { result: { state: 'finished', fingerprint: held.fingerprint, answer: held.answer } }
            : { result: { state: 'running', fingerprint: held.fingerprint } }
        },
      }),

    complete: (claim, answer) =>
      database.run(process, {
        what: `keep the answer of ${claim.key}`,
        rows: [keyRow(claim)],
        breaks: mayKeepApart.includes(claim.operation)
          ? undefined
          : `4: ${claim.operation} keeps its answer apart from its effect`,
        execute: () => ({
          result: undefined,
          change: {
            rows: [keyRow(claim)],
            commit: () => {
              keepAnswer(table, claim, answer)
            },
          },
        }),
      }),

    release: (claim) =>
      database.run(process, {
        what: `release ${claim.key}`,
        rows: [keyRow(claim)],
        execute: () => ({
          result: undefined,
          change: {
            rows: [keyRow(claim)],
            commit() {
              if (isHeld(table, claim)) table.delete(keyRow(claim))
            },
          },
        }),
      }),
  }
}
