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
 * The output of `helm template` for a chart, in the namespace `matinee`.
 *
 * @throws Helm's message, even if it is only a warning
 */
export async function template({ name, dir }: Chart, ...args: string[]): Promise<string> {
  const command = ['template', name, dir, '--namespace', 'matinee', ...args]
  const { stdout, stderr } = await run(quietHelm, command, { maxBuffer: 16 * 2 ** 20 }).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  )
  if (stderr) throw new Error(stderr)
  return stdout
}
