import { createClient } from '@matinee/service-kit/calls/client'
import type { Kit } from '@matinee/service-kit/lifecycle/service'
import type { Config } from '../config.ts'
import { serviceNames } from '../domain/context.ts'
import type { ServiceName, Services } from '../domain/context.ts'

/** The simulated card processor may take 10 s. */
const paymentTimeoutMs = 14_000

export interface Target {
  name: ServiceName
  baseUrl: string
  timeoutMs: number
}

export function targetsOf(config: Config): Record<ServiceName, Target> {
  const target = (name: ServiceName, baseUrl: string) => ({
    name,
    baseUrl,
    timeoutMs: config.CALL_TIMEOUT_MS,
  })
  return {
    movie: target('movie', config.MOVIE_URL),
    theatre: target('theatre', config.THEATRE_URL),
    booking: target('booking', config.BOOKING_URL),
    payment: { ...target('payment', config.PAYMENT_URL), timeoutMs: paymentTimeoutMs },
  }
}

export function forEachService<T>(create: (name: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(serviceNames.map((name) => [name, create(name)])) as Record<ServiceName, T>
}

export function createServices(kit: Kit, targets: Record<ServiceName, Target>, adminToken: string): Services {
  return forEachService((name) => createClient(kit, { ...targets[name], adminToken }))
}
