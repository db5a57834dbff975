import { pathPattern } from '@matinee/contracts/endpoint'
import type { Endpoint } from '@matinee/contracts/endpoint'
import { createAdmission } from './admission.ts'
import type { Admission } from './admission.ts'

/** The admission control of a service. Each endpoint has turns and a queue of its own, so that no other can use them up. */
export interface Admissions {
  /** The admission control of an endpoint; the first call begins it. */
  of(endpoint: Endpoint): Admission
  /** That of a request; undefined when nothing has asked for its endpoint's. */
  find(method: string, url: string): Admission | undefined
  /** Resolves once no work is in progress, not even for a caller that has gone. */
  idle(): Promise<void>
}

/** @param concurrency how many requests of each endpoint work at once */
export function createAdmissions(concurrency: number): Admissions {
  const entries = new Map<Endpoint, { method: string; url: RegExp; admission: Admission }>()

  function add(endpoint: Endpoint) {
    const entry = {
      method: endpoint.method.toUpperCase(),
      url: new RegExp(`^${pathPattern(endpoint.path)}(?:\\?|$)`),
      admission: createAdmission(concurrency),
    }
    entries.set(endpoint, entry)
    return entry
  }

  return {
    of: (endpoint) => (entries.get(endpoint) ?? add(endpoint)).admission,
    find(asked, asUrl) {
      const method = asked === 'HEAD' ? 'GET' : asked
      for (const entry of entries.values())
        if (entry.method === method && entry.url.test(asUrl)) return entry.admission
      return undefined
    },
    async idle() {
      await Promise.all(Array.from(entries.values(), ({ admission }) => admission.idle()))
    },
  }
}
