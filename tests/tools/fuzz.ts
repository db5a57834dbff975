/**
 * Schemathesis, every check on, against every service by its own OpenAPI document: `make fuzz CASES=200`.
 * `CASES` is how many random ones each operation gets; with the systematic ones every service gets over 1,000.
 * `SEED` makes them the same ones again.
 */
import { join, resolve } from 'node:path'
import { pipInstall } from '@matinee/local-stack/databases/fetch'
import { run } from '@matinee/local-stack/process/process'
import { startStack } from '@matinee/local-stack/stack'
import { seed } from '@matinee/local-stack/seed'

const say = (line: string) => process.stdout.write(`${line}\n`)
const { CASES: cases = '200', SEED: seedOfCases } = process.env
const venv = await pipInstall('schemathesis', '4.32.5', { env: process.env, say })
if (!venv)
  throw new Error('Schemathesis needs Python 3. Install it, for example with apt-get install python3-venv.')

/** The edge answers 404, not 405, to whatever it does not publish, other methods of a published path among it. */
const edgeExceptions = 'unsupported_method,allow_header_conformance'

const stack = await startStack({
  dataDir: resolve('.data/fuzz'),
  durable: false,
  say,
  env: { dashboard: { TRUSTED_HOPS: '1' } },
})
let failed = 0
try {
  await seed(stack, say)
  for (const { name, url } of Object.values(stack.services)) {
    say(`\n== ${name}`)
    const args = [
      ...[join(venv, 'bin', 'schemathesis'), '--no-color'],
      ...['--config-file', join(import.meta.dirname, '../schemathesis.toml')],
      ...['run', `${url}/openapi.json`, '--continue-on-failure', '--max-examples', cases],
      ...(seedOfCases === undefined ? [] : ['--seed', seedOfCases]),
      ...['--header', `Authorization: Bearer ${stack.adminToken}`],
      ...['--checks', 'all', ...(name === 'dashboard' ? ['--exclude-checks', edgeExceptions] : [])],
    ]
    const hooks = { PYTHONPATH: join(import.meta.dirname, '..'), SCHEMATHESIS_HOOKS: 'fuzz_hooks' }
    const command = { file: join(venv, 'bin', 'python'), args, env: { ...process.env, ...hooks } }
    await run(command, say).catch((error: unknown) => {
      failed += 1
      say(String(error))
    })
  }
} finally {
  await stack.stop()
}
say(`${5 - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
