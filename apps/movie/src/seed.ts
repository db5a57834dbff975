import { ConfigError } from '@matinee/service-kit/lifecycle/config'
import { addProgramme } from './seed/add-programme.ts'
import { loadSeedConfig } from './seed/config.ts'
import { patiently } from './seed/patiently.ts'
import { films, theatres } from './seed/programme.ts'

/*
 * Fills the catalogue: `node dist/seed.js`. May be run again. Waits for services that do not answer yet, two minutes at
 * most; exit code 1 when they do not, when one refuses something, and for a configuration that is not usable.
 */

const stopping = new AbortController()
process.once('SIGTERM', () => {
  stopping.abort()
})

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  const config = loadSeedConfig(process.env)
  const what = `programme: ${theatres.length} theatres, ${films.length} films`
  say(`${what} ...`)
  const began = performance.now()
  await patiently(() => addProgramme(config), { patienceMs: 120_000, say, signal: stopping.signal })
  say(`${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s`)
} catch (error) {
  const { message } = error as Error
  process.stderr.write(`${error instanceof ConfigError ? message : `The seed failed: ${message}`}\n`)
  process.exitCode = 1
}
