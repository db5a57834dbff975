import type { ServiceClient } from '@matinee/service-kit/calls/client'
import type { Events } from '../events.ts'

export const serviceNames = ['movie', 'theatre', 'booking', 'payment'] as const
export type ServiceName = (typeof serviceNames)[number]

/** Everything the use cases need. */
export interface Context {
  services: Services
  health: HealthChecks
  events: Events
}

/** The four services, each behind its circuit breaker. */
export type Services = Record<ServiceName, ServiceClient>

export interface Health {
  isUp: boolean
  /** Undefined when the service does not answer. */
  isStoreUp: boolean | undefined
  version: string | undefined
  /** States of the service's own circuit breakers, by dependency. */
  breakers: Record<string, string>
  /** Response time of the readiness probe. */
  ms: number | undefined
}

export interface HealthChecks {
  check(name: ServiceName): Promise<Health>
}
