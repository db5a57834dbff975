import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { supervise } from './process/supervise.ts'
import { formatLog } from './log.ts'

/** In the order of the demo's ports. */
export const serviceNames = ['dashboard', 'movie', 'theatre', 'booking', 'payment'] as const
export type ServiceName = (typeof serviceNames)[number]
export type Ports = Record<ServiceName, { port: number; metricsPort: number }>

export interface Service {
  name: ServiceName
  url: string
  metricsUrl: string
  readonly pid: number | undefined
  /** SIGTERM; resolves when it has answered what was in flight and is gone. */
  stop: () => Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill: () => Promise<void>
  /** Starts it again on the same ports; resolves when it is ready. */
  restart: () => Promise<void>
}

interface ServiceOptions {
  /** The folder of the built services. */
  apps?: string
  /** With V8's flags of the image, for speed, in place of those of `npm start`. */
  fast: boolean
  port: number
  metricsPort: number
  env: NodeJS.ProcessEnv
  onLog: (service: ServiceName, line: string) => void
  onExit: (service: ServiceName, how: string) => void
}

const ours = fileURLToPath(new URL('../../../apps/', import.meta.url))

/**
 * Starts a built service as its own `npm start` does; resolves when it is ready.
 * Throws with its last log lines when it ends before that.
 */
export async function startService(name: ServiceName, options: ServiceOptions): Promise<Service> {
  const { apps = ours, fast, port, metricsPort, env, onLog, onExit } = options
  const url = `http://127.0.0.1:${port}`
  // The dashboard's own port is public.
  const probed = name === 'dashboard' ? metricsPort : port
  const tail: string[] = []
  const server = supervise({
    name,
    command: {
      file: process.execPath,
      args: await startArguments(`${apps}/${name}`, fast),
      cwd: `${apps}/${name}`,
      env: { ...env, PORT: String(port), METRICS_PORT: String(metricsPort) },
    },
    stopSignal: 'SIGTERM',
    async ping() {
      const response = await fetch(`http://127.0.0.1:${probed}/readyz`, {
        signal: AbortSignal.timeout(2_000),
      })
      if (!response.ok) throw new Error(`${name} is not ready: ${response.status}`)
    },
    onLine(line) {
      tail.push(formatLog(name, line))
      tail.splice(0, tail.length - 20)
      onLog(name, line)
    },
    onExit: (how) => {
      onExit(name, how)
    },
  })

  async function start(): Promise<void> {
    await server.start().catch((error: unknown) => {
      throw new Error([(error as Error).message, ...tail].join('\n'))
    })
  }

  await start()
  return {
    name,
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    get pid() {
      return server.pid
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async restart() {
      await server.stop()
      await start()
    },
  }
}

/** What follows `node` in the service's start script. */
async function startArguments(app: string, fast: boolean): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(`${app}/package.json`, 'utf8')) as {
    scripts: { start: string }
  }
  const all = scripts.start.split(' ').slice(1)
  return fast ? ['--max-semi-space-size=16', ...all.slice(all.indexOf('--import'))] : all
}
