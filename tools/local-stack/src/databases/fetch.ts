import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, isRoot, run } from '../process/process.ts'
import type { Settings } from './server.ts'

type Fetching = Pick<Settings, 'env' | 'say'>

/** Where this repository keeps Python programs; git ignores it. */
const VENVS = fileURLToPath(new URL('../../../../.venv/', import.meta.url))

/** Throws unless the host of a download answers within 5 s, so that a blocked download fails fast. */
export async function checkReachable(url: string): Promise<void> {
  await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw new Error(`${url} cannot be reached`, { cause: (error as Error).cause ?? error })
  })
}

/** Does work that may take long, and reports its start and its duration. */
export async function timed<T>(say: Settings['say'], what: string, work: () => Promise<T>): Promise<T> {
  say(`${what} ...`)
  const started = performance.now()
  const result = await work()
  say(`${what}: ${((performance.now() - started) / 1_000).toFixed(1)} s`)
  return result
}

let apt = Promise.resolve()

/** Installs Debian packages. @returns false without root or apt */
export async function aptInstall(packages: string[], { env, say }: Fetching): Promise<boolean> {
  const file = isRoot && (await findProgram('apt-get', env))
  if (!file) return false
  const aptGet = (...args: string[]) =>
    run({ file, args: ['-qy', ...args], env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } })
  const install = () =>
    timed(say, `apt: ${packages.join(' ')}`, async () => {
      await aptGet('update')
      await aptGet('install', '--no-install-recommends', ...packages)
    })
  // apt's lock allows one installation at a time.
  const installed = apt.then(install)
  apt = installed.catch(() => undefined)
  await installed
  return true
}

/** Installs one PyPI package into its own virtual environment. @returns its folder; undefined without Python */
export async function pipInstall(
  name: string,
  version: string,
  settings: Fetching,
): Promise<string | undefined> {
  const { env, say } = settings
  const venv = join(VENVS, `${name}-${version}`)
  if (await stat(venv).catch(() => undefined)) return venv
  const python = await findProgram('python3', env)
  if (!python) return undefined

  // Two processes may do this at the same time: the first complete environment wins.
  const ours = `${venv}.${process.pid}`
  const create = () => run({ file: python, args: ['-m', 'venv', '--clear', ours], env })
  try {
    await timed(say, `pip: ${name} ${version}`, async () => {
      await create().catch(async (error: unknown) => {
        if (!(await aptInstall(['python3-venv'], settings))) throw error
        await create()
      })
      const args = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-compile',
        '--disable-pip-version-check',
        `${name}==${version}`,
      ]
      await run({ file: join(ours, 'bin', 'python'), args, env })
      await rename(ours, venv).catch(async (error: unknown) => {
        if (!(await stat(venv).catch(() => undefined))) throw error
      })
    })
    return venv
  } finally {
    await rm(ours, { recursive: true, force: true })
  }
}
