import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { timeLeft } from '@matinee/service-kit/http/context'

const pauseMs = 250

/** Makes a call whose twin is still running wait for the twin's answer: what a double click sends. */
export async function afterTwin<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const isTwin = error instanceof UpstreamProblem && error.slug === 'idempotency-key-in-use'
      if (!isTwin || timeLeft() < 2 * pauseMs) throw error
      await sleep(pauseMs)
    }
  }
}

/** A key for one content of one form: sent again it is the same, changed after a look back it is another. */
export function contentKey(formKey: string, content: unknown): string {
  return `${formKey}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)}`
}
