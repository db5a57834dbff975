import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine } from './process/process.ts'
import type { Stack } from './stack.ts'

/** Where the demo keeps its files; git ignores it. */
export const dataFolder = fileURLToPath(new URL('../../../.data', import.meta.url))

const pidFile = join(dataFolder, 'demo.pid')
const stackFile = join(dataFolder, 'demo.json')

/** The process id of the demo that runs from this repository. */
export async function runningDemo(): Promise<number | undefined> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''))
  return pid && (await isDemo(pid)) ? pid : undefined
}

export async function isDemo(pid: number): Promise<boolean> {
  return (await commandLine(pid)).includes('demo.ts')
}

/** Makes this process the one demo; throws when there is one. The function that it gives ends that. */
export async function claimDemo(): Promise<() => Promise<void>> {
  const pid = await runningDemo()
  if (pid) throw new Error(`A demo is running already, as process ${pid}. \`make demo-stop\` stops it.`)
  await mkdir(dataFolder, { recursive: true })
  await rm(pidFile, { force: true })
  const ours = `${pidFile}.${process.pid}`
  await writeFile(ours, String(process.pid))
  // A link appears with its content, and only once: of two demos that start together one gets it.
  await link(ours, pidFile).finally(() => rm(ours))
  return async () => {
    await rm(stackFile, { force: true })
    await rm(pidFile)
  }
}

/** What other tools need of the demo: its databases and its admin token. */
type RunningStack = Pick<Stack, 'databaseUrls' | 'adminToken'>

/** Leaves that, until the demo ends, in a file that only its owner reads. */
export async function announceStack({ databaseUrls, adminToken }: RunningStack): Promise<void> {
  await rm(stackFile, { force: true })
  await writeFile(stackFile, JSON.stringify({ databaseUrls, adminToken }), { mode: 0o600 })
}

/** The demo that runs from this repository. */
export async function runningStack(): Promise<RunningStack | undefined> {
  if (!(await runningDemo())) return undefined
  const text = await readFile(stackFile, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as RunningStack)
}
