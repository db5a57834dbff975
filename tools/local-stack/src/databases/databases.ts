import { join, resolve } from 'node:path'
import { startProgram } from './local.ts'
import { mongodb } from './mongodb.ts'
import { mysql } from './mysql.ts'
import { postgres } from './postgres.ts'
import { output } from '../process/process.ts'
import { databaseKinds } from './server.ts'
import type { DatabaseKind, DatabaseServer, Engine, Settings, StartOptions } from './server.ts'
import { startTogether } from '../process/supervise.ts'

const engines: Record<DatabaseKind, Engine> = { mongodb, postgres, mysql }

/**
 * Starts a database server in the first way that works, and reports which: the URL in the environment, Docker, a program
 * on PATH, a binary from npm or the vendor, a stand-in from apt or pip. It listens on the loopback address only and ends
 * with this process.
 *
 * @throws Error of one line that says what to install or set, when no way works
 */
export async function startDatabase(kind: DatabaseKind, options: StartOptions): Promise<DatabaseServer> {
  const engine = engines[kind]
  const say = (line: string) => options.say?.(`${kind}: ${line}`)
  const settings: Settings = {
    keep: false,
    port: 0,
    durable: true,
    env: process.env,
    onExit: () => undefined,
    ...options,
    dataDir: resolve(options.dataDir),
    say,
  }
  const url = settings.env[engine.variable]
  const started = performance.now()
  const server = url ? await useRunning(engine, url) : await startFirst(engine, ways(engine), settings)
  say(`${server.servedBy}, ready after ${((performance.now() - started) / 1_000).toFixed(1)} s`)
  return server
}

/** Starts one server of each kind, with its data below `dataDir`. If one fails, all are stopped. */
export async function startDatabases(
  options: Omit<StartOptions, 'port' | 'onExit'> & { onExit?: (kind: DatabaseKind, how: string) => void },
): Promise<Record<DatabaseKind, DatabaseServer>> {
  const start = (kind: DatabaseKind) =>
    startDatabase(kind, {
      ...options,
      dataDir: join(options.dataDir, kind),
      onExit: (how) => options.onExit?.(kind, how),
    })
  const servers = await startTogether(databaseKinds.map(start))
  return Object.fromEntries(servers.map((server) => [server.kind, server])) as Record<
    DatabaseKind,
    DatabaseServer
  >
}

/** Creates a database on this server if it does not exist. @returns its URL */
export async function openDatabase(server: DatabaseServer, name: string): Promise<string> {
  return engines[server.kind].open(server.url, name, false)
}

/** Creates an empty database, dropping an existing one. @returns its URL */
export async function freshDatabase(
  server: Pick<DatabaseServer, 'kind' | 'url'>,
  name: string,
): Promise<string> {
  return engines[server.kind].open(server.url, name, true)
}

/** One way to start a server. Resolves to undefined if it is not available here; throws if it is available but fails. */
export type Way = (settings: Settings) => Promise<DatabaseServer | undefined>

function ways(engine: Engine): Way[] {
  const local = engine.programs.map((find): Way => async (settings) => {
    const program = await find(settings)
    return program && startProgram(engine, program, settings)
  })
  const docker: Way = async (settings) => {
    const { env } = settings
    const answers = await output('docker', ['version', '--format', '{{.Server.Version}}'], env).catch(
      () => '',
    )
    if (!answers) return undefined
    const { startContainer } = await import('./docker.ts')
    return startContainer(engine, settings)
  }
  return [docker, ...local]
}

/** Tries the ways in order; reports one that fails, and goes on with the next. */
export async function startFirst(engine: Engine, ways: Way[], settings: Settings): Promise<DatabaseServer> {
  for (const way of ways) {
    try {
      const server = await way(settings)
      if (server) return server
    } catch (error) {
      settings.say(`${reason(error)}; trying another way`)
    }
  }
  throw new Error(
    `${engine.kind}: no server available. Install ${engine.wanted} or Docker, or set ${engine.variable}.`,
  )
}

async function useRunning(engine: Engine, url: string): Promise<DatabaseServer> {
  await engine.ping(url).catch((error: unknown) => {
    throw new Error(`${engine.kind}: the server at ${engine.variable} does not answer (${reason(error)})`)
  })
  const refuse = () =>
    Promise.reject(new Error(`${engine.kind}: the server at ${engine.variable} is not ours`))
  return {
    kind: engine.kind,
    url,
    servedBy: `the server at ${engine.variable}`,
    pid: undefined,
    stop: () => Promise.resolve(),
    kill: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
  }
}

/** The message of an error, followed by those of its causes. */
function reason(error: unknown): string {
  const { message, cause } = error as Error
  return cause ? `${message}: ${reason(cause)}` : message
}
