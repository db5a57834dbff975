import { createClient } from '@matinee/service-kit/calls/client'
import type { ServiceClient } from '@matinee/service-kit/calls/client'
import type { Kit } from '@matinee/service-kit/lifecycle/service'
import type { Config } from '../config.ts'
import type { ServiceName } from '../edge/published.ts'

/** The simulated processor may take 10 s for a card. */
export const paymentTimeoutMs = 14_000

export type Services = Record<ServiceName, ServiceClient>

export function serviceUrls(config: Config): Record<ServiceName, string> {
  return {
    movie: config.MOVIE_URL,
    theatre: config.THEATRE_URL,
    booking: config.BOOKING_URL,
    payment: config.PAYMENT_URL,
  }
}

/** The four services as the pages call them, each behind its breaker. */
export function createServices(kit: Kit, config: Config): Services {
  const urls = serviceUrls(config)
  const client = (name: ServiceName) =>
    createClient(kit, {
      name,
      baseUrl: urls[name],
      timeoutMs: name === 'payment' ? paymentTimeoutMs : config.CALL_TIMEOUT_MS,
      adminToken: config.ADMIN_TOKEN,
    })
  return {
    movie: client('movie'),
    theatre: client('theatre'),
    booking: client('booking'),
    payment: client('payment'),
  }
}
