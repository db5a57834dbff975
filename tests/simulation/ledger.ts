import { isProblem } from './replica.ts'
import type { Answer, Request } from './network.ts'
import type { Key } from '../tools/audit/rows.ts'

interface Kept {
  request: string
  answer: Answer
  receivedAt: number
}

/** What customers were answered, which must stay true. */
export interface Ledger {
  /** The first answer 2xx of each key, which must survive everything. */
  acknowledged: Key[]
  /** Those answered with `too-many-seats`. */
  refused: Request[]
  note(request: Request, sentAt: number, answer: Answer, receivedAt: number): void
  /** Answers that contradict each other. */
  violations: string[]
}

/** An answer that leaves the outcome open: the customer repeats the request. */
export function isTransient(answer: Answer): boolean {
  return (
    answer.status >= 500 ||
    isProblem(answer, 'idempotency-key-in-use') ||
    isProblem(answer, 'payment-in-progress')
  )
}

/** An answer that every repetition must get. */
export function isKept(answer: Answer): boolean {
  return answer.status < 300 || isProblem(answer, 'card-declined')
}

export function createLedger(): Ledger {
  const kept = new Map<string, Kept>()
  const acknowledged: Ledger['acknowledged'] = []
  const refused: Request[] = []
  const violations: string[] = []

  return {
    acknowledged,
    violations,
    refused,
    note(asked, sentAt, answer, receivedAt) {
      const { operation, params, body, key } = asked
      if (isProblem(answer, 'too-many-seats')) refused.push(asked)
      const mustStay = isKept(answer)
      if (key === undefined) return
      const request = JSON.stringify([params, body])
      const first = kept.get(`${operation} ${key}`)
      if (!first) {
        if (mustStay) kept.set(`${operation} ${key}`, { request, answer, receivedAt })
        if (answer.status < 300) acknowledged.push({ operation, key, ...answer, leaseLeft: 0 })
        return
      }
      const isSame = first.answer.status === answer.status && first.answer.body === answer.body
      const isOther = request !== first.request
      const told = `${operation} ${key}: ${first.answer.status} ${first.answer.body}, then ${answer.status} ${answer.body}`
      if (mustStay && (isOther || !isSame)) violations.push(`4: one key, two answers: ${told}`)
      if (!mustStay && sentAt >= first.receivedAt && answer.status < 500) {
        const isRightlyRefused = isOther && isProblem(answer, 'idempotency-key-reused')
        if (!isRightlyRefused) violations.push(`4: a repetition did not get the first answer: ${told}`)
      }
    },
  }
}
