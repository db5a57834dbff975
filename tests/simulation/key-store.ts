import type {
  Claim,
  ClaimResult,
  IdempotencyStore,
  StoredAnswer,
} from '@matinee/service-kit/http/idempotency'
import type { Database } from './database.ts'
import type { Process } from './process.ts'

interface KeyRow {
  fingerprint: string
  owner: string
  leaseUntil: number
  answer: StoredAnswer | null
}

/** The table `idempotency_keys`, by operation and key. */
export type KeyTable = Map<string, KeyRow>

export const keyRow = ({ operation, key }: Pick<Claim, 'operation' | 'key'>) => `key ${operation} ${key}`

/** Whether the claim still has its key, and no answer is kept yet. */
export function isHeld(table: KeyTable, claim: Claim): boolean {
  const row = table.get(keyRow(claim))
  return row?.owner === claim.owner && row.answer === null
}

/** Keeps an answer, if the claim still has its key; to be called in the commit of the effect. */
export function keepAnswer(table: KeyTable, claim: Claim, answer: StoredAnswer): void {
  const row = table.get(keyRow(claim))
  if (row && isHeld(table, claim)) row.answer = answer
}

/** The statement that stores an answer without an effect. */
export function runKeepAnswer(
  database: Database,
  process: Process,
  table: KeyTable,
  claim: Claim,
  answer: StoredAnswer,
  breaks?: string,
): Promise<void> {
  return database.run(process, {
    what: `keep the answer of ${claim.key}`,
    rows: [keyRow(claim)],
    breaks,
    execute: () => ({
      result: undefined,
      change: {
        rows: [keyRow(claim)],
        commit: () => {
          keepAnswer(table, claim, answer)
        },
      },
    }),
  })
}

interface KeyStore extends IdempotencyStore {
  deleteExpired(): Promise<boolean>
}

/**
 * The statements of the two `idempotency-keys.ts` of the package `stores`.
 *
 * @param mayKeepApart the operations that may store an answer in a separate statement, because nothing was changed
 */
export function createKeyStore(
  database: Database,
  process: Process,
  table: KeyTable,
  mayKeepApart: string[] = [],
): KeyStore {
  return {
    claim: (claim, fingerprint, leaseMs) =>
      database.run<ClaimResult>(process, {
        what: `claim ${claim.operation} ${claim.key}`,
        rows: [keyRow(claim)],
        execute() {
          const held = table.get(keyRow(claim))
          const mayTake =
            !held ||
            (held.answer === null && held.leaseUntil < database.clock() && held.fingerprint === fingerprint)
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
      runKeepAnswer(
        database,
        process,
        table,
        claim,
        answer,
        mayKeepApart.includes(claim.operation)
          ? undefined
          : `4: ${claim.operation} keeps its answer apart from its effect`,
      ),

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

    // No run lasts long enough for a key to expire.
    deleteExpired: () => Promise.resolve(false),
  }
}
