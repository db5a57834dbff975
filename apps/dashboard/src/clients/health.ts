import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { z } from 'zod'
import type { Part } from '@matinee/service-kit/lifecycle/service'
import type { ServiceName } from '../edge/published.ts'

const patienceMs = 2_000

/** A read that asks the store of a service, whatever it finds. */
const storeReads: Record<ServiceName, () => string> = {
  movie: () => '/movies?limit=1',
  theatre: () => '/theatres?limit=1',
  booking: () => `/bookings/${randomUUID()}`,
  payment: () => `/payments/${randomUUID()}`,
}

export interface Health {
  isUp: boolean
  /** Undefined when the service that would know does not answer. */
  isStoreUp: boolean | undefined
  version: string | undefined
  /** Of its calls to others, by their names. */
  breakers: Record<string, string>
  /** How long its answer took, in ms. */
  ms: number | undefined
}

export interface HealthChecks extends Part {
  check(name: ServiceName): Promise<Health>
}

const Readiness = z.object({ breakers: z.record(z.string(), z.string()) })
const Document = z.object({ info: z.object({ version: z.string() }) })

/** Asks the services how they are, past every breaker: this page must see them come back. */
export function createHealthChecks(urls: Record<ServiceName, string>): HealthChecks {
  const pools = Object.fromEntries(
    Object.entries(urls).map(([name, url]) => [name, new Pool(url, { connections: 4 })]),
  ) as Record<ServiceName, Pool>

  /** The answer, or undefined when there is none that can be read. */
  async function ask(name: ServiceName, path: string) {
    try {
      const asked = performance.now()
      const signal = AbortSignal.timeout(patienceMs)
      const { statusCode, body } = await pools[name].request({ method: 'GET', path, signal })
      return { status: statusCode, body: await body.json(), ms: Math.round(performance.now() - asked) }
    } catch {
      return undefined
    }
  }

  async function versionOf(name: ServiceName): Promise<string | undefined> {
    const answer = await ask(name, '/openapi.json')
    return Document.safeParse(answer?.body).data?.info.version
  }

  return {
    async check(name) {
      const [ready, read, version] = await Promise.all([
        ask(name, '/readyz'),
        ask(name, storeReads[name]()),
        versionOf(name),
      ])
      return {
        isUp: ready?.status === 200,
        isStoreUp: read && read.status < 500,
        version,
        breakers: Readiness.safeParse(ready?.body).data?.breakers ?? {},
        ms: ready?.ms,
      }
    },
    async stop() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
