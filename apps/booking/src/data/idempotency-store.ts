import type {
  Claim,
  ClaimResult,
  IdempotencyStore,
  StoredAnswer,
} from '@matinee/service-kit/http/idempotency'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Database } from './database.ts'

interface KeyRow {
  isMine: boolean
  fingerprint: string
  status: number | null
  body: string | null
  location: string | null
}

const forgetBatch = 1_000

/** Keeps an answer, if the claim is still its owner's; for the transaction of the effect that it tells of. */
export async function keepAnswer(
  database: Prisma.TransactionClient,
  { operation, key, owner }: Claim,
  { status, body, location }: StoredAnswer,
): Promise<void> {
  await database.$executeRaw`
    UPDATE idempotency_keys SET status = ${status}::int, body = ${body}, location = ${location}
    WHERE operation = ${operation} AND key = ${key} AND owner = ${owner}::uuid AND status IS NULL`
}

export interface KeyStore extends IdempotencyStore {
  /** Deletes some keys that are old enough. @returns whether there may be more */
  forget(): Promise<boolean>
}

function toResult({ isMine, fingerprint, status, body, location }: KeyRow): ClaimResult {
  if (isMine) return { state: 'claimed' }
  if (status === null) return { state: 'running', fingerprint }
  return { state: 'finished', fingerprint, answer: { status, body: body ?? '', location } }
}

export function createIdempotencyStore(database: Database): KeyStore {
  /** Nothing, when another request has taken the key since the statement began: it sees only the time before. */
  async function tryClaim(claim: Claim, fingerprint: string, leaseMs: number): Promise<KeyRow | undefined> {
    const [row] = await database.$queryRaw<KeyRow[]>`
      WITH mine AS (
        INSERT INTO idempotency_keys AS k (operation, key, fingerprint, owner, lease_until)
        VALUES (${claim.operation}, ${claim.key}, ${fingerprint}, ${claim.owner}::uuid,
          clock_timestamp() + ${leaseMs}::int * interval '1 millisecond')
        ON CONFLICT (operation, key) DO UPDATE
          SET fingerprint = excluded.fingerprint, owner = excluded.owner, lease_until = excluded.lease_until,
            created_at = clock_timestamp()
          WHERE k.status IS NULL AND k.lease_until < clock_timestamp()
        RETURNING fingerprint
      )
      SELECT true AS "isMine", fingerprint, NULL::int AS status, NULL AS body, NULL AS location FROM mine
      UNION ALL
      SELECT false, fingerprint, status, body, location FROM idempotency_keys
      WHERE operation = ${claim.operation} AND key = ${claim.key} AND NOT EXISTS (SELECT FROM mine)`
    return row
  }

  return {
    async claim(claim, fingerprint, leaseMs) {
      for (;;) {
        const row = await tryClaim(claim, fingerprint, leaseMs)
        if (row) return toResult(row)
      }
    },

    complete: (claim, answer) => keepAnswer(database, claim, answer),

    async release(claim) {
      await database.$executeRaw`
        DELETE FROM idempotency_keys
        WHERE operation = ${claim.operation} AND key = ${claim.key} AND owner = ${claim.owner}::uuid AND status IS NULL`
    },

    async forget() {
      const forgotten = await database.$executeRaw`
        DELETE FROM idempotency_keys WHERE (operation, key) IN (
          SELECT operation, key FROM idempotency_keys WHERE created_at < now() - interval '25 hours'
          ORDER BY created_at LIMIT ${forgetBatch} FOR UPDATE SKIP LOCKED
        )`
      return forgotten === forgetBatch
    },
  }
}
