import { z } from 'zod'
import {
  address,
  adminTokens,
  baseConfig,
  readConfig,
  wholeNumber,
} from '@matinee/service-kit/lifecycle/config'

const service = address('http', 'https')

export const Config = z.object({
  ...baseConfig({ port: 8080, metricsPort: 9480 }),
  /** Leaves room for a payment that takes 10 s and for the confirmation after it. */
  REQUEST_TIMEOUT_MS: wholeNumber(1).default(15_000),
  /** Longer than elsewhere: the services called here call others themselves. */
  CALL_TIMEOUT_MS: wholeNumber(1).default(5_000),
  /** Of the edge, for each service. */
  MAX_CONCURRENCY: wholeNumber(1).default(64),
  MOVIE_URL: service,
  THEATRE_URL: service,
  BOOKING_URL: service,
  PAYMENT_URL: service,
  ...adminTokens,
  /** Signs the session cookie; all replicas need the same one. */
  SESSION_SECRET: z.string().min(16, 'must have at least 16 characters'),
  /** How many proxies in front are trusted to set `X-Forwarded-For`. */
  TRUSTED_HOPS: wholeNumber(0).default(0),
  /** Who sees versions, breakers and processes on `/system`. */
  SYSTEM_DETAILS: z.enum(['admin', 'all']).default('admin'),
  // docs/security.md has the reason for each limit.
  /** Requests by address. */
  RATE_LIMIT_PER_MINUTE: wholeNumber(1).default(6_000),
  SESSION_RATE_LIMIT_PER_MINUTE: wholeNumber(1).default(3_600),
  /** Payments under way. */
  MAX_PAYMENTS_PER_SESSION: wholeNumber(1).default(3),
  MAX_PAYMENTS_PER_ADDRESS: wholeNumber(1).default(20),
  /** Declined cards in ten minutes. */
  MAX_DECLINES_PER_SESSION: wholeNumber(1).default(10),
  MAX_DECLINES_PER_ADDRESS: wholeNumber(1).default(50),
  MAX_DECLINES_PER_BOOKING: wholeNumber(1).default(10),
  /** Open event streams. */
  MAX_STREAMS_PER_SESSION: wholeNumber(1).default(10),
  MAX_STREAMS_PER_ADDRESS: wholeNumber(1).default(200),
  /** Of all clients together. */
  MAX_STREAMS: wholeNumber(1).default(1_000),
})
export type Config = z.output<typeof Config>

/** @throws ConfigError that lists every problem */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
