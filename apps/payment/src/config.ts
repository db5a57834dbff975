import { z } from 'zod'
import { address, baseConfig, readConfig, secret, wholeNumber } from '@matinee/service-kit/lifecycle/config'

export const Config = z.object({
  ...baseConfig({ port: 8084, metricsPort: 9484 }),
  DATABASE_URL: address('mysql').refine((url) => new URL(url).pathname.length > 1, 'must name a database'),
  /** The same for all replicas: with different secrets they would take a repetition for another request. */
  FINGERPRINT_SECRET: secret,
  /** Longer than the slowest test card takes. */
  REQUEST_TIMEOUT_MS: wholeNumber(1).default(15_000),
  SHUTDOWN_TIMEOUT_MS: wholeNumber(0).default(15_000),
})
export type Config = z.output<typeof Config>

/** @throws ConfigError that lists every problem */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
