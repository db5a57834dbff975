import { createHash } from 'node:crypto'
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'
import { timed } from './fetch.ts'
import { freePort } from '../process/ports.ts'
import { output, startProcess } from '../process/process.ts'
import type { DatabaseServer, Engine, Image, Settings } from './server.ts'
import { untilItAnswers } from '../process/supervise.ts'

/** Starts a server in a container; resolves once it answers. Kept data is in a volume named after the data folder. */
export async function startContainer(engine: Engine, settings: Settings): Promise<DatabaseServer> {
  const { image } = engine
  await pull(image.name, settings)

  const port = settings.port || (await freePort())
  const url = engine.url(port, settings.durable)
  const container = new LoopbackContainer(image, port).withCommand(image.args(settings.durable))
  if (settings.keep)
    container.withBindMounts([{ source: volumeName(settings.dataDir), target: image.dataPath }])
  const started = await container.start().catch((cause: unknown) => {
    throw new Error(`docker cannot start ${image.name}`, { cause })
  })
  const handle = (await getContainerRuntimeClient()).container.getById(started.getId())
  let stopping = false

  async function untilReady(): Promise<void> {
    stopping = false
    let up = false
    const over = new AbortController()
    void handle.wait().then(({ StatusCode }: { StatusCode: number }) => {
      const how = `ended with ${StatusCode}`
      over.abort(new Error(`${image.name} ${how} before it answered`))
      if (up && !stopping) settings.onExit(how)
    })
    await untilItAnswers(() => engine.ping(url), over.signal)
    up = true
  }

  async function stop(): Promise<void> {
    stopping = true
    await started.stop({ timeout: 15_000 })
  }

  await untilReady().catch(async (error: unknown) => {
    await stop()
    throw error
  })
  return {
    kind: engine.kind,
    url,
    servedBy: `${image.name} from Docker`,
    pid: undefined,
    stop,
    async kill() {
      stopping = true
      await handle.kill()
      await handle.wait()
    },
    async restart() {
      stopping = true
      await handle.restart()
      await untilReady()
    },
    async pause() {
      await handle.pause()
    },
    async resume() {
      await handle.unpause()
    },
  }
}

/** A container that publishes its port on the loopback address only. */
class LoopbackContainer extends GenericContainer {
  constructor({ name, port, env }: Image, hostPort: number) {
    super(name)
    this.withExposedPorts({ container: port, host: hostPort }).withEnvironment(env)
    this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] }
  }
}

/** Pulls an image; gives up when the registry is silent for 10 s. */
async function pull(image: string, { env, say }: Settings): Promise<void> {
  if (await output('docker', ['image', 'inspect', image], env).catch(() => undefined)) return
  await timed(say, `docker: pulling ${image}`, async () => {
    let last = 'the registry does not answer'
    const pulling = await startProcess({ file: 'docker', args: ['pull', image], env }, (line) => {
      last = line
      clearTimeout(silence)
    })
    const silence = setTimeout(() => void pulling.stop('SIGTERM', 1_000), 10_000)
    const ending = await pulling.ended
    clearTimeout(silence)
    if (ending !== 0) throw new Error(`docker cannot pull ${image}: ${last}`)
  })
}

function volumeName(dataDir: string): string {
  return `matinee-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
}
