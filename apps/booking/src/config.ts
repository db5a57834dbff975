import { z } from 'zod'
import { address, baseConfig, readConfig, wholeNumber } from '@matinee/service-kit/lifecycle/config'

export const Config = z.object({
  ...baseConfig({ port: 8083, metricsPort: 9483 }),
  DATABASE_URL: address('postgresql', 'postgres'),
  MOVIE_URL: address('http', 'https'),
  THEATRE_URL: address('http', 'https'),
  PAYMENT_URL: address('http', 'https'),
  /** How long seats are held for a booking that is not confirmed, in s. */
  HOLD_SECONDS: wholeNumber(1).default(300),
  /** How many seats one session may hold at a time without paying: two parties of eight. */
  MAX_SEATS_PER_SESSION: wholeNumber(1).default(16),
  /** The same for one address, behind which many people may be. */
  MAX_SEATS_PER_ADDRESS: wholeNumber(1).default(64),
  /** Of each endpoint. Enough to keep one CPU busy; more would only slow down the event loop, and with it every refusal. */
  MAX_CONCURRENCY: wholeNumber(1).default(8),
})
export type Config = z.output<typeof Config>

/** @throws ConfigError that lists every problem */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
