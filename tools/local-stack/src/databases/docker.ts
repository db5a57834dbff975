import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'
import { timed } from './fetch.ts'
import { openToAll, passwordIn } from './password.ts'
import type { Password } from './password.ts'
import { freePort } from '../process/ports.ts'
import { output, startProcess } from '../process/process.ts'
import type { DatabaseServer, Engine, Image, Settings } from './server.ts'
import { untilItAnswers } from '../process/supervise.ts'

/** Starts a server in a container; resolves once it answers. Kept data is in a volume named after the data folder. */
export async function startContainer(engine: Engine, settings: Settings): Promise<DatabaseServer> {
  const { image } = engine
  await pull(image.name, settings)

  const port = settings.port || (await freePort())
  const volume = volumeName(settings.dataDir)
  const hasData = settings.keep && (await isVolume(volume, settings))
  const passwordFile = join(settings.dataDir, 'docker.password')
  const password = await passwordIn(passwordFile, hasData)
  if (!password) settings.say(openToAll(`the volume ${volume}`))
  const url = engine.url(port, settings.durable, password)
  const container = new LoopbackContainer(image, port, password).withCommand(image.args(settings.durable))
  if (settings.keep) container.withBindMounts([{ source: volume, target: image.dataPath }])
  const forget = async () => {
    if (!settings.keep) await rm(passwordFile, { force: true })
  }
  const started = await container.start().catch(async (cause: unknown) => {
    await forget()
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
    await forget()
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
  constructor({ name, port, env }: Image, hostPort: number, password: Password | undefined) {
    super(name)
    this.withExposedPorts({ container: port, host: hostPort })
    if (password) this.withEnvironment(env(password.value))
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

async function isVolume(name: string, { env }: Settings): Promise<boolean> {
  return Boolean(await output('docker', ['volume', 'inspect', name], env).catch(() => ''))
}

function volumeName(dataDir: string): string {
  return `matinee-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
}
