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
 * Starts a database server in the first of these ways that works, and says which one that was: the URL in
 * the environment, Docker, a program on PATH, one that npm or its vendor has, a stand-in from apt or pip.
 * It listens on the loopback address only and dies with this process.
 * Throws one line that tells what to install or set when there is none.
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

/** Starts one server of each kind, side by side, below `dataDir`. When one fails, none is left running. */
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

/** The URL of a database on this server, made when it is not there. */
export async function openDatabase(server: DatabaseServer, name: string): Promise<string> {
  return engines[server.kind].open(server.url, name, false)
}

/** The same, but empty: what was in it is gone. */
export async function freshDatabase(
  server: Pick<DatabaseServer, 'kind' | 'url'>,
  name: string,
): Promise<string> {
  return engines[server.kind].open(server.url, name, true)
}

/** Gives a server, or undefined when this way is not open here; throws when it should be but does not work. */
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

/** The first way that gives a server. One that should work and does not is named, and the next is tried. */
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
    `${engine.kind}: no server to be had. Install ${engine.wanted} or Docker, or set ${engine.variable}.`,
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
  }
}

/** What went wrong and, where that is known, why. */
function reason(error: unknown): string {
  const { message, cause } = error as Error
  return cause ? `${message}: ${reason(cause)}` : message
}
