import type { Claim, IdempotencyStore, StoredAnswer } from '@matinee/service-kit/http/idempotency'
import type { Prisma, PrismaClient } from '../generated/prisma/client.ts'
import { isDuplicate, retryConflicts } from './errors.ts'

/** Keeps an answer, if the claim is still its owner's; for the transaction of the effect that it tells of. */
export async function keepAnswer(
  db: Prisma.TransactionClient,
  { operation, key, owner }: Claim,
  { status, body, location }: StoredAnswer,
): Promise<void> {
  await db.$executeRaw`
    UPDATE idempotency_keys SET status = ${status}, body = ${body}, location = ${location}
    WHERE operation = ${operation} AND idempotency_key = ${key} AND owner = ${owner} AND status IS NULL`
}

export interface KeyStore extends IdempotencyStore {
  /** Forgets the keys that were kept for longer than they must be, some at a time. */
  deleteOld(): Promise<void>
}

export function createIdempotencyStore(prisma: PrismaClient): KeyStore {
  async function insert(
    { operation, key, owner }: Claim,
    fingerprint: string,
    leaseMs: number,
  ): Promise<boolean> {
    try {
      await prisma.$executeRaw`
        INSERT INTO idempotency_keys (operation, idempotency_key, fingerprint, owner, lease_until, created_at)
        VALUES (${operation}, ${key}, ${fingerprint}, ${owner},
          UTC_TIMESTAMP(3) + INTERVAL ${leaseMs * 1_000} MICROSECOND, UTC_TIMESTAMP(3))`
      return true
    } catch (error) {
      if (isDuplicate(error)) return false
      throw error
    }
  }

  /** Takes the key of a holder that has died; only for the same request, which may find what the dead one has done. */
  async function takeOver(
    { operation, key, owner }: Claim,
    fingerprint: string,
    leaseMs: number,
  ): Promise<boolean> {
    const taken = await prisma.$executeRaw`
      UPDATE idempotency_keys
      SET owner = ${owner}, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${leaseMs * 1_000} MICROSECOND,
        created_at = UTC_TIMESTAMP(3)
      WHERE operation = ${operation} AND idempotency_key = ${key} AND fingerprint = ${fingerprint}
        AND status IS NULL AND lease_until <= UTC_TIMESTAMP(3)`
    return taken === 1
  }

  return {
    async claim(claim, fingerprint, leaseMs) {
      const { operation, key } = claim
      for (;;) {
        if (await retryConflicts(() => insert(claim, fingerprint, leaseMs))) return { state: 'claimed' }
        if (await retryConflicts(() => takeOver(claim, fingerprint, leaseMs))) return { state: 'claimed' }
        const held = await prisma.idempotencyKey.findUnique({ where: { operation_key: { operation, key } } })
        // Else it was let go just now, and may be had.
        if (held) {
          const { fingerprint, status, body, location } = held
          return status === null || body === null
            ? { state: 'running', fingerprint }
            : { state: 'finished', fingerprint, answer: { status, body, location } }
        }
      }
    },

    complete: (claim, answer) => retryConflicts(() => keepAnswer(prisma, claim, answer)),

    async release({ operation, key, owner }) {
      await retryConflicts(
        () => prisma.$executeRaw`
          DELETE FROM idempotency_keys
          WHERE operation = ${operation} AND idempotency_key = ${key} AND owner = ${owner} AND status IS NULL`,
      )
    },

    async deleteOld() {
      const batch = 500
      let deleted: number
      do {
        // An hour on top of the promised day: it counts from the answer, not from the claim.
        deleted = await retryConflicts(
          () => prisma.$executeRaw`
            DELETE FROM idempotency_keys WHERE created_at < UTC_TIMESTAMP(3) - INTERVAL 25 HOUR
            ORDER BY created_at LIMIT ${batch}`,
        )
      } while (deleted === batch)
    },
  }
}
