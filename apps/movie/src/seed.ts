import { ConfigError } from '@matinee/service-kit/lifecycle/config'
import { addProgramme } from './seed/add-programme.ts'
import { loadSeedConfig } from './seed/config.ts'
import { films, theatres } from './seed/programme.ts'
import { retry } from './seed/retry.ts'

/*
 * Fills the catalogue: `node dist/seed.js`. Idempotent. Retries for two minutes while a service is unavailable. Exit code 1
 * after that, when a service refuses a request, and for an invalid configuration.
 */

const stopping = new AbortController()
process.once('SIGTERM', () => {
  stopping.abort()
})

function log(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  const config = loadSeedConfig(process.env)
  const what = `programme: ${theatres.length} theatres, ${films.length} films`
  log(`${what} ...`)
  const started = performance.now()
  await retry(() => addProgramme(config), { timeoutMs: 120_000, log, signal: stopping.signal })
  log(`${what}: ${((performance.now() - started) / 1_000).toFixed(1)} s`)
} catch (error) {
  const { message } = error as Error
  process.stderr.write(`${error instanceof ConfigError ? message : `The seed failed: ${message}`}\n`)
  process.exitCode = 1
}
