import type { ProblemError } from '@matinee/service-kit/http/problem'
import { currentClient } from './client.ts'

interface InFlightLimits {
  perSession: number
  perAddress: number
  /** Of all clients together. */
  inAll?: number
}

/** Limits how many things each client has under way at once. Each replica counts for itself. */
export interface InFlight {
  /** @returns a function that ends what the current client has begun. @throws the problem when it has too many */
  begin(): () => void
}

export function createInFlight(
  { perSession, perAddress, inAll = Infinity }: InFlightLimits,
  tooMany: () => ProblemError,
): InFlight {
  const counts = new Map<string, number>()
  const countOf = (key: string) => counts.get(key) ?? 0

  function add(key: string, change: 1 | -1): void {
    const count = countOf(key) + change
    if (count === 0) counts.delete(key)
    else counts.set(key, count)
  }

  return {
    begin() {
      const { session, address } = currentClient()
      const limits = [
        ...(session === undefined ? [] : [{ key: session, limit: perSession }]),
        { key: address, limit: perAddress },
        { key: 'all', limit: inAll },
      ]
      if (limits.some(({ key, limit }) => countOf(key) >= limit)) throw tooMany()
      for (const { key } of limits) add(key, 1)
      return () => {
        for (const { key } of limits) add(key, -1)
      }
    },
  }
}
