import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, isPortFree } from './ports.ts'
import { commandLine, output, startProcess, type RunningProcess } from './process.ts'
import type { DatabaseServer, Engine, Program, Settings } from './server.ts'

const STARTS_WITHIN_MS = 60_000
const STOPS_WITHIN_MS = 15_000
/** How long the files of a server that was killed may stay locked by what is left of it. */
const LOCKED_FOR_MS = 10_000

/** Starts a server program of this machine on its data folder; resolves when it answers. */
export async function startProgram(
  engine: Engine,
  program: Program,
  settings: Settings,
): Promise<DatabaseServer> {
  const { dataDir, keep, durable, onExit } = settings
  const folder = join(dataDir, folderName(program))
  const pidFile = `${folder}.pid`
  const port = settings.port || (await freePort())
  const url = engine.url(port, durable)
  let running: RunningProcess | undefined

  /** One try to start it; gives up when the process ends. */
  async function launch(): Promise<RunningProcess> {
    if (!(await isPortFree(port))) throw new Error(`${program.name}: port ${port} is in use`)
    let lastLine = ''
    const launched = await startProcess(program.serve(folder, port, durable), (line) => {
      lastLine = line || lastLine
    })
    await writeFile(pidFile, String(launched.pid))
    const over = new AbortController()
    void launched.ended.then((ending) => {
      over.abort(new Error(`${program.name} ended with ${ending} before it answered: ${lastLine}`))
    })
    try {
      await untilItAnswers(engine, url, over.signal)
      return launched
    } catch (error) {
      await launched.stop('SIGKILL', 0)
      throw error
    }
  }

  async function start(): Promise<void> {
    const tryUntil = Date.now() + ((await endEarlierRun(pidFile, folder)) ? LOCKED_FOR_MS : 0)
    for (;;) {
      try {
        const launched = (running = await launch())
        void launched.ended.then((ending) => {
          if (running === launched) onExit(`ended with ${ending}`)
        })
        return
      } catch (error) {
        if (Date.now() >= tryUntil) throw error
        await sleep(200)
      }
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = running
    running = undefined
    await ending?.stop(signal, STOPS_WITHIN_MS)
  }

  async function clean(): Promise<void> {
    await rm(pidFile, { force: true })
    if (keep) return
    await rm(folder, { recursive: true, force: true })
    await rmdir(dataDir).catch(() => 'it holds something else')
  }

  await fill(folder, program)
  try {
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
      return running?.pid
    },
    async stop() {
      await end(program.stopSignal)
      await clean()
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end(program.stopSignal)
      await start()
    },
  }
}

function servedBy(engine: Engine, { name, from }: Program): string {
  const standIn = name.startsWith(engine.wanted) ? '' : ` (stand-in for ${engine.wanted})`
  return `${name} from ${from}${standIn}`
}

/** "postgresql-18": no server ever opens the files of another, but patch releases share them. */
function folderName(program: Program): string {
  return program.name
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/\.\d+$/, '')
}

/** Makes the data folder, if need be; one that is there is complete. */
async function fill(folder: string, program: Program): Promise<void> {
  if (await stat(folder).catch(() => undefined)) return
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  await program.initialise?.(unfinished)
  await rename(unfinished, folder)
}

/** Throws the reason of `over` when that comes first, or the last failure after a minute. */
export async function untilItAnswers(engine: Engine, url: string, over?: AbortSignal): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS
  for (;;) {
    try {
      await engine.ping(url)
      over?.throwIfAborted()
      return
    } catch (error) {
      over?.throwIfAborted()
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}

/**
 * Kills what an earlier run left on this data folder and takes PostgreSQL's lock file away, whose process id
 * may by now be another program's. Tells whether that run ended without stop().
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
