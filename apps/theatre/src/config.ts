import { z } from 'zod'
import { address, adminTokens, baseConfig, readConfig } from '@matinee/service-kit/lifecycle/config'

export const Config = z.object({
  ...baseConfig({ port: 8082, metricsPort: 9482 }),
  MONGODB_URL: address('mongodb', 'mongodb+srv'),
  ...adminTokens,
})
export type Config = z.output<typeof Config>

/** @throws ConfigError that lists every problem */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(Config, env)
}
