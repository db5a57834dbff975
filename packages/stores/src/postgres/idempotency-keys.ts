import type { Claim, ClaimResult, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import type { IdempotencyKeys } from '../idempotency-keys.ts'
import type { Database } from './connect.ts'

interface KeyRow {
  isMine: boolean
  fingerprint: string
  status: number | null
  body: string | null
  location: string | null
}

const batch = 500

/** After the lease, only the same request takes the key over: it will find what the first one did. */
const claimKey = `
  WITH mine AS (
    INSERT INTO idempotency_keys AS k (operation, key, fingerprint, owner, lease_until)
    VALUES ($1, $2, $3, $4, clock_timestamp() + $5::int * interval '1 millisecond')
    ON CONFLICT (operation, key) DO UPDATE
      SET owner = excluded.owner, lease_until = excluded.lease_until, created_at = clock_timestamp()
      WHERE k.status IS NULL AND k.lease_until < clock_timestamp() AND k.fingerprint = excluded.fingerprint
    RETURNING fingerprint
  )
  SELECT true AS "isMine", fingerprint, NULL::int AS status, NULL AS body, NULL AS location FROM mine
  UNION ALL
  SELECT false, fingerprint, status, body, location FROM idempotency_keys
  WHERE operation = $1 AND key = $2 AND NOT EXISTS (SELECT FROM mine)`

const ofClaim = 'operation = $1 AND key = $2 AND owner = $3 AND status IS NULL'

/** The values of `keepWith`, from $1 on; nulls without a claim. */
export function keepValues(claim: Claim | undefined, answer: StoredAnswer | undefined): unknown[] {
  return [claim?.operation, claim?.key, claim?.owner, answer?.status, answer?.body, answer?.location]
}

/**
 * A statement that stores an answer if the claim still has its key.
 *
 * @param effect the name of a common table expression that has a row if the effect has happened: stores the answer with it
 */
export function keepWith(effect?: string): string {
  return `UPDATE idempotency_keys SET status = $4, body = $5, location = $6 ${effect ? `FROM ${effect} ` : ''}WHERE ${ofClaim}`
}

function toResult({ isMine, fingerprint, status, body, location }: KeyRow): ClaimResult {
  if (isMine) return { state: 'claimed' }
  if (status === null) return { state: 'running', fingerprint }
  return { state: 'finished', fingerprint, answer: { status, body: body ?? '', location } }
}

/** The keys of a service, in the table `idempotency_keys` of its database. Leases are by the database's clock. */
export function createIdempotencyKeys(database: Database): IdempotencyKeys {
  return {
    async claim({ operation, key, owner }, fingerprint, leaseMs) {
      for (;;) {
        const values = [operation, key, fingerprint, owner, leaseMs]
        const { rows } = await database.query<KeyRow>(claimKey, values)
        // There is no row when another request has taken the key since the statement began.
        if (rows[0]) return toResult(rows[0])
      }
    },

    async complete(claim, answer) {
      await database.query(keepWith(), keepValues(claim, answer))
    },

    async release({ operation, key, owner }) {
      await database.query(`DELETE FROM idempotency_keys WHERE ${ofClaim}`, [operation, key, owner])
    },

    async deleteExpired() {
      const { rowCount } = await database.query(
        `DELETE FROM idempotency_keys WHERE (operation, key) IN (
          SELECT operation, key FROM idempotency_keys WHERE created_at < now() - interval '25 hours'
          ORDER BY created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED
        )`,
      )
      return rowCount === batch
    },
  }
}
