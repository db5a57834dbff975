import { randomUUID } from 'node:crypto'
import { Pool } from '@matinee/service-kit/calls/pool'
import { z } from 'zod'
import type { Part } from '@matinee/service-kit/lifecycle/service'
import type { Health, HealthChecks, ServiceName } from '../domain/context.ts'
import { forEachService } from './services.ts'
import type { Target } from './services.ts'

const timeoutMs = 2_000
/** Whoever asks meanwhile gets the same answer: many visitors cost what one costs. */
const keptMs = 1_000

/** A read that reaches the service's store, whether or not it finds anything. */
const storeReads: Record<ServiceName, () => string> = {
  movie: () => '/movies?limit=1',
  theatre: () => '/theatres?limit=1',
  booking: () => `/bookings/${randomUUID()}`,
  payment: () => `/payments/${randomUUID()}`,
}

const Readiness = z.object({ breakers: z.record(z.string(), z.string()) })
const Document = z.object({ info: z.object({ version: z.string() }) })

/** Asks the services how they are. It bypasses the circuit breakers, so that a recovery shows at once. */
export function createHealthChecks(targets: Record<ServiceName, Target>): HealthChecks & Part {
  const pools = forEachService((name) => new Pool(targets[name].baseUrl, { connections: 4 }))

  /** Undefined when there is no readable answer. */
  async function get(name: ServiceName, path: string) {
    try {
      const start = performance.now()
      const signal = AbortSignal.timeout(timeoutMs)
      const { statusCode, body } = await pools[name].request({ method: 'GET', path, signal })
      return { status: statusCode, body: await body.json(), ms: Math.round(performance.now() - start) }
    } catch {
      return undefined
    }
  }

  async function check(name: ServiceName): Promise<Health> {
    const [ready, read, document] = await Promise.all([
      get(name, '/readyz'),
      get(name, storeReads[name]()),
      get(name, '/openapi.json'),
    ])
    return {
      isUp: ready?.status === 200,
      isStoreUp: read && read.status < 500,
      version: Document.safeParse(document?.body).data?.info.version,
      breakers: Readiness.safeParse(ready?.body).data?.breakers ?? {},
      ms: ready?.ms,
    }
  }

  const latest = new Map<ServiceName, Promise<Health>>()

  return {
    check(name) {
      const known = latest.get(name)
      if (known) return known
      const health = check(name).finally(() => {
        setTimeout(() => latest.delete(name), keptMs).unref()
      })
      latest.set(name, health)
      return health
    },
    async stop() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()))
    },
  }
}
