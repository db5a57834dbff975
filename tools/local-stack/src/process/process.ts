import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

/** What to run; without `env` it inherits ours. */
export interface Command {
  file: string
  args: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** The exit code of a process, or the signal that killed it. */
type Ending = number | NodeJS.Signals

export interface RunningProcess {
  pid: number
  /** Never rejects; resolves after the last line of output. */
  ended: Promise<Ending>
  /** Sends `signal`, and SIGKILL after `graceMs`. */
  stop: (signal: NodeJS.Signals, graceMs: number) => Promise<Ending>
}

/**
 * Starts a program in its own process group, so that Ctrl-C at the terminal reaches only us. A guard process kills the
 * group when this process ends first, however it ends: the guard blocks on a pipe whose other end only we hold.
 * Throws when the program cannot be run.
 */
export async function startProcess(
  command: Command,
  onLine: (line: string) => void,
): Promise<RunningProcess> {
  const { file, args, cwd, env = process.env } = command
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  await once(child, 'spawn')
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as Ending)
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine)

  const pid = Number(child.pid)
  const guard = spawn('sh', ['-c', 'read -r _; kill -s KILL -- "-$0"', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.once('exit', () => guard.kill('SIGKILL'))

  return {
    pid,
    ended,
    async stop(signal, graceMs) {
      child.kill(signal)
      const insist = setTimeout(() => child.kill('SIGKILL'), graceMs)
      return ended.finally(() => {
        clearTimeout(insist)
      })
    },
  }
}

/** Runs a program to its end; throws with its error message when it fails. */
export async function run(command: Command, onLine: (line: string) => void = () => undefined): Promise<void> {
  const lines: string[] = []
  const { ended } = await startProcess(command, (line) => {
    lines.push(line)
    onLine(line)
  })
  const ending = await ended
  if (ending !== 0) throw new Error(`${command.file} ended with ${ending}${complaint(lines)}`)
}

/** The most telling line of a failed program's output: its first error or else its last line. */
export function complaint(lines: string[]): string {
  const said = lines.filter(Boolean)
  const line = said.find((each) => /^E: |error|fatal|cannot|could not/i.test(each)) ?? said.at(-1)
  return line ? `: ${line}` : ''
}

/** The output of a program; throws when it fails or takes longer than 5 s. */
export async function output(file: string, args: string[], env = process.env): Promise<string> {
  const { stdout } = await promisify(execFile)(file, args, { env, timeout: 5_000 })
  return stdout.trim()
}

/** The command line of a process; empty when it has ended. */
export async function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    output('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ''),
  )
}

/** The path of a program on `env.PATH` or in one of the `more` folders. */
export async function findProgram(
  name: string,
  env: NodeJS.ProcessEnv,
  more: string[] = [],
): Promise<string | undefined> {
  for (const folder of [...(env['PATH'] ?? '').split(delimiter), ...more]) {
    const file = join(folder, name)
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return undefined
}

export const isRoot = process.getuid?.() === 0
