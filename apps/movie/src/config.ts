import { z } from 'zod'
import {
  address,
  adminTokens,
  baseConfig,
  readConfig,
  wholeNumber,
} from '@matinee/service-kit/lifecycle/config'

export const Config = z.object({
  ...baseConfig({ port: 8081, metricsPort: 9481 }),
  MONGODB_URL: address('mongodb', 'mongodb+srv'),
  THEATRE_URL: address('http', 'https'),
  ...adminTokens,
  /** Between two refreshes of the copies of the theatres' names and cities; more than a minute sets off an alert. */
  THEATRE_REFRESH_MS: wholeNumber(1).default(30_000),
})
export type Config = z.output<typeof Config>

/** @throws ConfigError that lists every problem */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
