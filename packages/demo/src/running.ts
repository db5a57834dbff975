import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLine } from '@matinee/databases/process'

/** Where the demo keeps its files; git ignores it. */
export const dataFolder = fileURLToPath(new URL('../../../.data', import.meta.url))

const pidFile = join(dataFolder, 'demo.pid')

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
  return () => rm(pidFile)
}
