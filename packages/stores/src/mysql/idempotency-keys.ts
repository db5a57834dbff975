import type { Claim, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import type { IdempotencyKeys } from '../idempotency-keys.ts'
import type { Database, Value } from './connect.ts'

interface KeyRow {
  fingerprint: string
  status: number | null
  body: string | null
  location: string | null
}

const batch = 500

const ofClaim = 'k.operation = ? AND k.idempotency_key = ? AND k.owner = ? AND k.status IS NULL'
const answerColumns = 'k.status = ?, k.body = ?, k.location = ?'

/**
 * The parts of an UPDATE that stores an answer in the same statement as its effect, if the claim still has its key:
 * `UPDATE table ${join} SET ..., ${set} WHERE ...`, with their values in this order.
 */
export function keepAnswerWith({ operation, key, owner }: Claim, { status, body, location }: StoredAnswer) {
  return {
    join: `LEFT JOIN idempotency_keys k ON ${ofClaim}`,
    joinValues: [operation, key, owner] as Value[],
    set: answerColumns,
    setValues: [status, body, location] as Value[],
  }
}

/** Stores an answer without an effect, if the claim still has its key. */
export async function keepAnswer(
  database: Database,
  { operation, key, owner }: Claim,
  { status, body, location }: StoredAnswer,
): Promise<void> {
  await database.write(`UPDATE idempotency_keys k SET ${answerColumns} WHERE ${ofClaim}`, [
    status,
    body,
    location,
    operation,
    key,
    owner,
  ])
}

/** The keys of a service, in the table `idempotency_keys` of its database. Leases are by the database's clock. */
export function createIdempotencyKeys(database: Database): IdempotencyKeys {
  const insert = ({ operation, key, owner }: Claim, fingerprint: string, leaseMs: number) =>
    database.insert(
      `INSERT INTO idempotency_keys (operation, idempotency_key, fingerprint, owner, lease_until, created_at)
       VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND, UTC_TIMESTAMP(3))`,
      [operation, key, fingerprint, owner, leaseMs * 1_000],
    )

  async function find({ operation, key }: Claim): Promise<KeyRow | undefined> {
    const [row] = await database.read<KeyRow>(
      `SELECT fingerprint, status, body, location FROM idempotency_keys
       WHERE operation = ? AND idempotency_key = ?`,
      [operation, key],
    )
    return row
  }

  /** Takes the key after its lease; only for the same request, which will find what the first one did. */
  async function takeOver(claim: Claim, fingerprint: string, leaseMs: number): Promise<boolean> {
    const { operation, key, owner } = claim
    const taken = await database.write(
      `UPDATE idempotency_keys
       SET owner = ?, lease_until = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND, created_at = UTC_TIMESTAMP(3)
       WHERE operation = ? AND idempotency_key = ? AND fingerprint = ?
         AND status IS NULL AND lease_until <= UTC_TIMESTAMP(3)`,
      [owner, leaseMs * 1_000, operation, key, fingerprint],
    )
    return taken === 1
  }

  return {
    async claim(claim, fingerprint, leaseMs) {
      for (;;) {
        if (await insert(claim, fingerprint, leaseMs)) return { state: 'claimed' }
        const held = await find(claim)
        // It has been released since the insert failed.
        if (!held) continue
        const { status, body, location } = held
        if (status !== null && body !== null)
          return { state: 'finished', fingerprint: held.fingerprint, answer: { status, body, location } }
        if (await takeOver(claim, fingerprint, leaseMs)) return { state: 'claimed' }
        return { state: 'running', fingerprint: held.fingerprint }
      }
    },

    complete: (claim, answer) => keepAnswer(database, claim, answer),

    async release({ operation, key, owner }) {
      await database.write(
        `DELETE FROM idempotency_keys
         WHERE operation = ? AND idempotency_key = ? AND owner = ? AND status IS NULL`,
        [operation, key, owner],
      )
    },

    async deleteExpired() {
      // Answers are promised for a day. `created_at` is the time of the claim, hence an hour more.
      const deleted = await database.write(
        `DELETE FROM idempotency_keys WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 25 HOUR
         ORDER BY created_at LIMIT ${batch}`,
      )
      return deleted === batch
    },
  }
}
