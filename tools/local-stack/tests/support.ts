import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serviceNames } from '../src/services.ts'

/** A temporary folder, and the function that removes it. */
export async function makeFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'matinee-demo-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Writes a folder of apps like ours, each with the stand-in for its service. */
export async function makeApps(folder: string): Promise<string> {
  const standIn = fileURLToPath(new URL('stand-in.ts', import.meta.url))
  for (const name of serviceNames) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(
      join(folder, name, 'package.json'),
      JSON.stringify({
        type: 'module',
        scripts: { start: `node --disable-warning=ExperimentalWarning ${standIn}` },
      }),
    )
  }
  return folder
}

/** Resolves once `condition` holds; throws when it does not within 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to be')
    await sleep(20)
  }
}
