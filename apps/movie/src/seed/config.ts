import { z } from 'zod'
import { address, adminTokens, readConfig } from '@matinee/service-kit/lifecycle/config'

const Config = z.object({
  MOVIE_URL: address('http', 'https'),
  THEATRE_URL: address('http', 'https'),
  ADMIN_TOKEN: adminTokens.ADMIN_TOKEN,
})

/** @throws ConfigError that lists every problem */
export function loadSeedConfig(env: NodeJS.ProcessEnv): z.output<typeof Config> {
  return readConfig(Config, env)
}
