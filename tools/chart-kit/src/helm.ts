import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Chart } from './charts.ts'

const run = promisify(execFile)
const quietHelm = fileURLToPath(new URL('../../../scripts/quiet-helm', import.meta.url))

export async function isHelmThere(): Promise<boolean> {
  return run('helm', ['version']).then(
    () => true,
    () => false,
  )
}

/**
 * What `helm template` makes of a chart, in the namespace `matinee`.
 *
 * @throws with Helm's own words when it refuses, and when it only warns
 */
export async function template({ name, dir }: Chart, ...args: string[]): Promise<string> {
  const command = ['template', name, dir, '--namespace', 'matinee', ...args]
  const { stdout, stderr } = await run(quietHelm, command, { maxBuffer: 16 * 2 ** 20 }).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  )
  if (stderr) throw new Error(stderr)
  return stdout
}
