import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, isPortFree } from '../process/ports.ts'
import { commandLine, complaint, output } from '../process/process.ts'
import type { DatabaseServer, Engine, Program, Settings } from './server.ts'
import { openToAll, passwordIn } from './password.ts'
import type { Password } from './password.ts'
import { supervise } from '../process/supervise.ts'

/** How long the remaining processes of a killed server may keep its files locked. */
const LOCKED_FOR_MS = 10_000

/** Starts a local server program on its data folder; resolves once it answers. */
export async function startProgram(
  engine: Engine,
  program: Program,
  settings: Settings,
): Promise<DatabaseServer> {
  const { dataDir, keep, durable, onExit, say } = settings
  const folder = join(dataDir, folderName(program))
  const pidFile = `${folder}.pid`
  const passwordFile = `${folder}.password`
  const hasData = await isThere(folder)
  const password = await passwordIn(passwordFile, hasData)
  if (!password) say(openToAll(folder))
  const port = settings.port || (await freePort())
  const url = engine.url(port, durable, password)
  const said: string[] = []
  const server = supervise({
    name: program.name,
    command: program.serve(folder, port, durable, password !== undefined),
    stopSignal: program.stopSignal,
    ping: () => engine.ping(url),
    onLine(line) {
      if (said.length < 100) said.push(line)
    },
    onSpawn: (pid) => writeFile(pidFile, String(pid)),
    onExit,
  })

  async function start(): Promise<void> {
    const tryUntil = Date.now() + ((await endEarlierRun(pidFile, folder)) ? LOCKED_FOR_MS : 0)
    for (;;) {
      try {
        if (!(await isPortFree(port))) throw new Error(`${program.name}: port ${port} is in use`)
        await server.start()
        return
      } catch (error) {
        if (Date.now() >= tryUntil) throw new Error((error as Error).message + complaint(said.splice(0)))
        await sleep(200)
      }
    }
  }

  const state = () => output('ps', ['-o', 'state=', '-p', String(server.pid)])

  async function clean(): Promise<void> {
    await rm(pidFile, { force: true })
    if (keep) return
    await rm(folder, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
    await rmdir(dataDir).catch(() => 'it holds something else')
  }

  try {
    if (password && !hasData) await fill(folder, program, password)
    await start()
  } catch (error) {
    await clean()
    throw error
  }
  return {
    kind: engine.kind,
    url,
    servedBy: servedBy(engine, program),
    get pid() {
      return server.pid
    },
    async stop() {
      await server.stop()
      await clean()
    },
    kill: () => server.kill(),
    async restart() {
      await server.stop()
      await start()
    },
    async pause() {
      process.kill(Number(server.pid), 'SIGSTOP')
      // Its threads run on until each has received the signal.
      while (!(await state()).startsWith('T'));
    },
    async resume() {
      process.kill(Number(server.pid), 'SIGCONT')
      while ((await state()).startsWith('T'));
    },
  }
}

function servedBy(engine: Engine, { name, from }: Program): string {
  const standIn = name.startsWith(engine.wanted) ? '' : ` (stand-in for ${engine.wanted})`
  return `${name} from ${from}${standIn}`
}

/** "postgresql-18": different servers never share a data folder, patch releases of one server do. */
function folderName(program: Program): string {
  return program.name
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/\.\d+$/, '')
}

async function isThere(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined)) !== undefined
}

/** Initialises the data folder; an existing one is always complete. */
async function fill(folder: string, program: Program, password: Password): Promise<void> {
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  try {
    await program.initialise(unfinished, password)
    await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/**
 * Kills the server that an earlier run left on this data folder, and removes PostgreSQL's lock file, whose process id may
 * belong to another program by now.
 *
 * @returns whether an earlier run ended without stop()
 */
async function endEarlierRun(pidFile: string, folder: string): Promise<boolean> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
  if (!pid) return false
  while ((await commandLine(pid)).includes(folder)) {
    await output('kill', ['-KILL', String(pid)]).catch(() => 'gone meanwhile')
    await sleep(50)
  }
  await rm(join(folder, 'postmaster.pid'), { force: true })
  return true
}
