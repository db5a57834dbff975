import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatLog } from './log.ts'
import { checkPorts } from './ports.ts'
import { claimDemo, dataFolder } from './running.ts'
import { givenSecrets, keptSecrets } from './secrets.ts'
import { seed } from './seed.ts'
import { serviceNames } from './services.ts'
import { startStack } from './stack.ts'

const PORT = 8080
const METRICS_PORT = 9480

/** Runs the demo until `over` aborts, and throws the reason of that, or why it cannot start. */
async function demo(over: AbortController): Promise<never> {
  const began = performance.now()
  const keep = process.env['KEEP'] === '1'
  const dataDir = join(dataFolder, keep ? 'kept' : 'run')
  if (!keep) await rm(dataDir, { recursive: true, force: true })
  await checkPorts(serviceNames.flatMap((_, index) => [PORT + index, METRICS_PORT + index]))

  let streaming = false
  const stack = await startStack({
    dataDir,
    keep,
    port: PORT,
    metricsPort: METRICS_PORT,
    secrets: {
      ...(keep && (await keptSecrets(join(dataDir, 'secrets.json')))),
      ...givenSecrets(process.env),
    },
    signal: over.signal,
    say,
    onLog(service, line) {
      if (streaming) say(formatLog(service, line))
    },
    onExit(part, how) {
      over.abort(new Error(`${part} ${how}: the demo is over.`))
    },
  })
  try {
    const { movie, theatre, dashboard } = stack.services
    await seed({ movieUrl: movie.url, theatreUrl: theatre.url, adminToken: stack.adminToken, say })
    say(`\nready after ${((performance.now() - began) / 1_000).toFixed(1)} s\n`)
    say(`Matinee is at ${dashboard.url.replace('127.0.0.1', 'localhost')}`)
    say(`ADMIN_TOKEN=${stack.adminToken}`)
    say('Ctrl-C stops it, and so does `make demo-stop` from elsewhere.\n')
    streaming = true
    if (!over.signal.aborted) await once(over.signal, 'abort')
    throw over.signal.reason
  } finally {
    say('\nstopping ...')
    await stack.stop()
    if (!keep) await rm(dataDir, { recursive: true, force: true })
    say('stopped')
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const over = new AbortController()
const interrupted = new Error('interrupted')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    // The second time is an order: what runs below us ends with us.
    if (over.signal.aborted) process.exit(130)
    over.abort(interrupted)
  })

try {
  const release = await claimDemo()
  await demo(over).finally(release)
} catch (error) {
  if (error !== interrupted) {
    process.stderr.write(`demo: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
