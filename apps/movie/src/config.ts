import { z } from 'zod'
import { address, baseConfig, readConfig, secret, wholeNumber } from '@matinee/service-kit/lifecycle/config'

export const Config = z.object({
  ...baseConfig({ port: 8081, metricsPort: 9481 }),
  MONGODB_URL: address('mongodb', 'mongodb+srv'),
  THEATRE_URL: address('http', 'https'),
  ADMIN_TOKEN: secret,
  /** How often the copies of theatres' names and cities are brought up to date, in ms. */
  THEATRE_REFRESH_MS: wholeNumber(1).default(30_000),
})
export type Config = z.output<typeof Config>

/** @throws ConfigError with every problem at once */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
