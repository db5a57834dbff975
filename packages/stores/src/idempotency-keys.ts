import type { IdempotencyStore } from '@matinee/service-kit/http/idempotency'

/** The idempotency keys of a service, in its own database. */
export interface IdempotencyKeys extends IdempotencyStore {
  /** Deletes a batch of keys that are older than 25 hours. @returns whether there may be more */
  deleteExpired(): Promise<boolean>
}
