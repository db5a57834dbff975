import { createHash, createHmac, randomUUID } from 'node:crypto'
import { ProblemError } from './problem.ts'

/** An answer as it is stored, to be replayed byte for byte. */
export interface StoredAnswer {
  status: number
  body: string
  location: string | null
}

/** One request's lease on the work of a key. */
export interface Claim {
  operation: string
  key: string
  /** Distinguishes this holder from a later one that took over when the lease had expired. */
  owner: string
  /**
   * Renders the answer of the success, for the store to keep in the transaction of the effect
   * (`IdempotencyStore.complete` does the same for a success without an effect).
   */
  answer(body: unknown): StoredAnswer
}

export type ClaimResult =
  | { state: 'claimed' }
  | { state: 'running'; fingerprint: string }
  | { state: 'finished'; fingerprint: string; answer: StoredAnswer }

/** Where a service keeps its idempotency keys: a table in its database, unique by operation and key. */
export interface IdempotencyStore {
  /** Claims a new key, or one whose lease has expired, in one statement; otherwise returns the state of the key. */
  claim(claim: Claim, fingerprint: string, leaseMs: number): Promise<ClaimResult>
  /** Stores the answer, if the claim still belongs to its owner. */
  complete(claim: Claim, answer: StoredAnswer): Promise<void>
  /** Releases the key, so that the request can be made again. */
  release(claim: Claim): Promise<void>
}

/**
 * Reads an `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header): a quoted string, or bare.
 *
 * @throws ProblemError `idempotency-key-missing` or `idempotency-key-malformed`
 */
export function readIdempotencyKey(header: string | undefined): string {
  if (header === undefined || header === '') {
    throw new ProblemError(
      'idempotency-key-missing',
      'Send an Idempotency-Key header: any unique value, and the same one when you retry.',
    )
  }
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)
  const key = quoted?.[1]?.replace(/\\(.)/g, '$1') ?? header
  if (!/^[\x21-\x7e]{1,255}$/.test(key) || (!quoted && header.startsWith('"'))) {
    throw new ProblemError(
      'idempotency-key-malformed',
      'An Idempotency-Key has 1 to 255 visible ASCII characters, quoted or bare.',
    )
  }
  return key
}

/** JSON with sorted fields, so that equal values have equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/**
 * Distinguishes requests under the same key by method, path and body.
 *
 * @param secret makes it an HMAC, so that the body cannot be guessed from it
 */
export function fingerprint(method: string, path: string, body: unknown, secret?: string): string {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  return hash.update(canonicalJson([method, path, body ?? {}])).digest('hex')
}

/** The work of one request under its key. */
export interface KeyedWork {
  operation: string
  key: string
  fingerprint: string
  leaseMs: number
  /** Renders the answer of a success. */
  render(body: unknown): StoredAnswer
  /** Does the work and returns the body of the success. */
  work(claim: Claim): Promise<unknown>
  /** The answer of a failure that is kept like a success; otherwise undefined. */
  keptFailure(error: unknown): StoredAnswer | undefined
}

/**
 * Does the work of a key once; a repeated request gets the first answer.
 *
 * @throws ProblemError `idempotency-key-reused` or `idempotency-key-in-use`, and what the work throws
 */
export async function once(
  store: IdempotencyStore,
  work: KeyedWork,
): Promise<StoredAnswer & { replayed: boolean }> {
  let written: StoredAnswer | undefined
  const claim: Claim = {
    operation: work.operation,
    key: work.key,
    owner: randomUUID(),
    answer: (body) => (written = work.render(body)),
  }
  const result = await store.claim(claim, work.fingerprint, work.leaseMs)
  if (result.state !== 'claimed') {
    if (result.fingerprint !== work.fingerprint) {
      throw new ProblemError(
        'idempotency-key-reused',
        'This Idempotency-Key has been used for a different request. Use a new one.',
      )
    }
    if (result.state === 'running') {
      throw new ProblemError(
        'idempotency-key-in-use',
        'The first request with this key is still in progress. Try again in a second.',
        {
          headers: { 'Retry-After': '1' },
        },
      )
    }
    return { ...result.answer, replayed: true }
  }
  try {
    const body = await work.work(claim)
    // The work rendered its answer, so the transaction of its effect has stored it.
    if (written) return { ...written, replayed: false }
    const answer = work.render(body)
    await store.complete(claim, answer)
    return { ...answer, replayed: false }
  } catch (error) {
    const kept = work.keptFailure(error)
    if (!kept) {
      // If this fails too, the lease frees the key; the caller must see the first error.
      await store.release(claim).catch(() => undefined)
      throw error
    }
    if (!written) await store.complete(claim, kept)
    return { ...kept, replayed: false }
  }
}
