import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatLog } from './log.ts'
import { announceStack, claimDemo, dataFolder } from './running.ts'
import { givenSecrets, keptSecrets } from './secrets.ts'
import { seed } from './seed.ts'
import { serviceNames, type Ports } from './services.ts'
import { startStack } from './stack.ts'

const ports = Object.fromEntries(
  serviceNames.map((name, index) => [name, { port: 8080 + index, metricsPort: 9480 + index }]),
) as Ports

/** Runs the demo until `over` aborts, and throws the reason of that, or why it cannot start. */
async function demo(over: AbortController, dataDir: string, keep: boolean): Promise<never> {
  const began = performance.now()

  let streaming = false
  const stack = await startStack({
    dataDir,
    keep,
    ports,
    env: { dashboard: { HOST: '0.0.0.0' } },
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
      over.abort(new Error(`${part} ${how}`))
    },
  })
  try {
    await announceStack(stack)
    await seed(stack, say)
    over.signal.throwIfAborted()
    say(`\nready after ${((performance.now() - began) / 1_000).toFixed(1)} s\n`)
    say(`Matinee is at ${stack.services.dashboard.url.replace('127.0.0.1', 'localhost')}`)
    say(`ADMIN_TOKEN=${stack.adminToken}`)
    say('Ctrl-C stops it, and so does `make demo-stop` from elsewhere.\n')
    streaming = true
    await once(over.signal, 'abort')
    throw over.signal.reason
  } finally {
    await stack.stop()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const over = new AbortController()
over.signal.addEventListener('abort', () => {
  say(`\n${(over.signal.reason as Error).message}: stopping ...`)
})
const interrupted = new Error('interrupted')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    // The second time is an order: what we started ends with us.
    if (over.signal.aborted) process.exit(130)
    over.abort(interrupted)
  })

try {
  const release = await claimDemo()
  const keep = process.env['KEEP'] === '1'
  const dataDir = join(dataFolder, keep ? 'kept' : 'run')
  await demo(over, dataDir, keep).finally(async () => {
    if (!keep) await rm(dataDir, { recursive: true, force: true })
    await release()
    if (over.signal.aborted) say('stopped')
  })
} catch (error) {
  if (error !== interrupted) {
    process.stderr.write(`demo: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
