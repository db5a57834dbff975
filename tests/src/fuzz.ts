/**
 * Schemathesis, every check on, against every service by its own OpenAPI document: `make fuzz CASES=1000`.
 * `CASES` is the number of cases for each operation.
 */
import { join, resolve } from 'node:path'
import { pipInstall } from '@matinee/databases/fetch'
import { run } from '@matinee/databases/process'
import { startStack } from '@matinee/demo/stack'
import { seed } from '@matinee/demo/seed'

const say = (line: string) => process.stdout.write(`${line}\n`)
const cases = process.env['CASES'] ?? '1000'
const venv = await pipInstall('schemathesis', '4.32.5', { env: process.env, say })
if (!venv)
  throw new Error('Schemathesis needs Python 3. Install it, for example with apt-get install python3-venv.')

const stack = await startStack({
  dataDir: resolve('.data/fuzz'),
  durable: false,
  port: 38080,
  metricsPort: 39480,
  say,
  env: { dashboard: { HOST: '127.0.0.1', RATE_LIMIT_PER_MINUTE: '1000000' } },
})
let failed = 0
try {
  const { movie, theatre } = stack.services
  await seed({ movieUrl: movie.url, theatreUrl: theatre.url, adminToken: stack.adminToken, say })
  for (const { name, url } of Object.values(stack.services)) {
    say(`\n== ${name}`)
    const args = ['--no-color', '--config-file', join(import.meta.dirname, '../schemathesis.toml')]
    args.push('run', `${url}/openapi.json`, '--continue-on-failure')
    args.push(
      '--header',
      `Authorization: Bearer ${stack.adminToken}`,
      '--checks',
      'all',
      '--max-examples',
      cases,
    )
    const command = { file: join(venv, 'bin', 'schemathesis'), args, env: process.env }
    await run(command, say).catch(() => (failed += 1))
  }
} finally {
  await stack.stop()
}
say(`${5 - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
