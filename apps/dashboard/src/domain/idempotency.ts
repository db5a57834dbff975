import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import { timeLeft } from '@matinee/service-kit/http/context'

const retryMs = 250

/** Repeats a call while another with the same key is in progress, as after a double click, to get its answer. */
export async function retryWhileInUse<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const isInUse = error instanceof UpstreamProblem && error.slug === 'idempotency-key-in-use'
      if (!isInUse || timeLeft() < 2 * retryMs) throw error
      await sleep(retryMs)
    }
  }
}

/** A key per form and content: a repeated submission has the same key, an edited one another. */
export function contentKey(formKey: string, content: unknown): string {
  return `${formKey}-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16)}`
}
