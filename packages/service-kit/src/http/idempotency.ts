import { createHash, createHmac, randomUUID } from 'node:crypto'
import { ProblemError } from './problem.ts'

/** An answer as it is kept: sent again byte for byte. */
export interface StoredAnswer {
  status: number
  body: string
  location: string | null
}

/** The right to do the work of one key, held by one request for a while. */
export interface Claim {
  operation: string
  key: string
  /** Tells this holder from a later one that took over after the lease. */
  owner: string
  /**
   * Writes the success's answer, for the repository to keep in the transaction of the effect itself
   * (`IdempotencyStore.complete` does the same for a success that changed nothing).
   */
  answer(body: unknown): StoredAnswer
}

export type ClaimResult =
  | { state: 'claimed' }
  | { state: 'running'; fingerprint: string }
  | { state: 'finished'; fingerprint: string; answer: StoredAnswer }

/** Where a service keeps its keys: a table of its own database, unique by operation and key. */
export interface IdempotencyStore {
  /** Takes the key, or a key whose holder's lease has run out, in one statement; or tells who has it. */
  claim(claim: Claim, fingerprint: string, leaseMs: number): Promise<ClaimResult>
  /** Keeps the answer, if the claim is still its owner's. */
  complete(claim: Claim, answer: StoredAnswer): Promise<void>
  /** Lets the key go, so that it may run anew. */
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
      'Send an Idempotency-Key header: any unique value, the same when you try again.',
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

/** JSON with its fields in one order, so that equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/**
 * Tells one request from another under the same key, by method, path and body.
 *
 * @param secret makes it an HMAC, for bodies that must not be guessed from it
 */
export function fingerprint(method: string, path: string, body: unknown, secret?: string): string {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  return hash.update(canonicalJson([method, path, body ?? {}])).digest('hex')
}

/** What one request does under its key. */
export interface KeyedWork {
  operation: string
  key: string
  fingerprint: string
  leaseMs: number
  /** Writes a success's answer. */
  render(body: unknown): StoredAnswer
  /** Does the work; gives the body of the success. */
  work(claim: Claim): Promise<unknown>
  /** The answer of a failure that is kept like a success, or undefined. */
  keptFailure(error: unknown): StoredAnswer | undefined
}

/**
 * Does the work of a key once: a repetition gets the first answer.
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
        'This Idempotency-Key came with another request before. Use a new one.',
      )
    }
    if (result.state === 'running') {
      throw new ProblemError(
        'idempotency-key-in-use',
        'The first request with this key is still running. Ask again in a second.',
        {
          headers: { 'Retry-After': '1' },
        },
      )
    }
    return { ...result.answer, replayed: true }
  }
  try {
    const body = await work.work(claim)
    // An answer that the work wrote was kept by the transaction of its effect.
    if (written) return { ...written, replayed: false }
    const answer = work.render(body)
    await store.complete(claim, answer)
    return { ...answer, replayed: false }
  } catch (error) {
    const kept = work.keptFailure(error)
    if (!kept) {
      // Where this fails too, the lease frees the key; the caller must hear of the first error.
      await store.release(claim).catch(() => undefined)
      throw error
    }
    if (!written) await store.complete(claim, kept)
    return { ...kept, replayed: false }
  }
}
