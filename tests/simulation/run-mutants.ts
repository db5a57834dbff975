/**
 * Applies every mutant to a copy of the code and runs the suite that must notice it: `make mutants`. `SIMULATED=1` takes
 * those of the simulation alone, `ONLY` the mutants whose names have a word. Ends with 1 when a suite stays green, or a mutant does not fit the code any more.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { simulationMutants } from './mutants.ts'
import type { Mutant, Suite } from './mutants.ts'
import { storeMutants } from './store-mutants.ts'

const root = resolve(import.meta.dirname, '../..')
const copied = [
  'package.json',
  'packages',
  'tools',
  'apps/booking',
  'apps/payment',
  'tests/package.json',
  'tests/simulation',
  'tests/tools/audit',
]
const left = new Set(['node_modules', 'dist', '.data', '.turbo'])
const timeoutMs = 180_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const run = promisify(execFile)

/** A copy of what the suites need; the packages of this repository resolve to the copy, all others to what is installed. */
async function copyCode(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'mutants-'))
  for (const path of copied) {
    await cp(join(root, path), join(copy, path), {
      recursive: true,
      filter: (source) => !left.has(basename(source)),
    })
  }
  await mkdir(join(copy, 'node_modules'))
  for (const name of await readdir(join(root, 'node_modules'))) {
    const [from, to] = [join(root, 'node_modules', name), join(copy, 'node_modules', name)]
    if (name === '@matinee') await cp(from, to, { recursive: true, verbatimSymlinks: true })
    else await symlink(from, to)
  }
  return copy
}

/** Runs a suite, or the simulation. @returns what it complains of first; undefined when it is green */
async function complaintOf(copy: string, suite?: Suite): Promise<string | undefined> {
  const args = suite
    ? [
        '--experimental-vm-modules',
        join(root, 'node_modules/jest/bin/jest.js'),
        '--bail',
        '--maxWorkers=1',
        ...suite.tests.map((test) => `/${test}.test.ts$`),
      ]
    : ['--conditions=source', 'simulation/main.ts']
  try {
    await run(process.execPath, args, {
      cwd: join(copy, suite?.folder ?? 'tests'),
      env: { ...process.env, DEPTH: '1', SEEDS: '2000', ENOUGH: '1' },
      timeout: timeoutMs,
      maxBuffer: 2 ** 26,
    })
    return undefined
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    // A failed test of Jest, a violation of the simulation, or else an error.
    const [first = message] = /^ +(● .+|\w+: .+)$|^\w*Error: .+$/m.exec(stdout + stderr) ?? []
    return first.trim().slice(0, 120)
  }
}

/** Changes the copy. @returns what puts it back; undefined when the text is not there exactly once */
async function apply(
  copy: string,
  { file, find, replace }: Mutant,
): Promise<(() => Promise<void>) | undefined> {
  const path = join(copy, file)
  const original = await readFile(path, 'utf8')
  if (original.split(find).length !== 2) return undefined
  await writeFile(
    path,
    original.replace(find, () => replace),
  )
  return () => writeFile(path, original)
}

/** What became of a mutant, and by what it was noticed. */
async function judge(copy: string, mutant: Mutant): Promise<{ verdict: string; complaint?: string }> {
  const putBack = await apply(copy, mutant)
  if (!putBack) return { verdict: 'DOES NOT FIT' }
  try {
    const complaint = await complaintOf(copy, mutant.suite)
    return complaint === undefined ? { verdict: 'SURVIVED' } : { verdict: 'caught', complaint }
  } finally {
    await putBack()
  }
}

const { ONLY = '', SIMULATED = '' } = process.env
const mutants = SIMULATED ? simulationMutants : [...simulationMutants, ...storeMutants]
const chosen = mutants.filter(({ name }) => name.includes(ONLY))
const nameOf = (suite?: Suite) => (suite ? basename(suite.folder) : 'simulation')
const copy = await copyCode()
try {
  // A suite that is red already would catch anything.
  for (const [folder, its] of Map.groupBy(chosen, ({ suite }) => suite?.folder)) {
    const tests = [...new Set(its.flatMap(({ suite }) => suite?.tests ?? []))]
    const suite = folder === undefined ? undefined : { folder, tests }
    const complaint = await complaintOf(copy, suite)
    if (complaint !== undefined) throw new Error(`${nameOf(suite)} is red without a mutant: ${complaint}`)
    say(`green         ${nameOf(suite)} ${tests.join(' ')}`)
  }
  let caught = 0
  for (const mutant of chosen) {
    const start = performance.now()
    const { verdict, complaint = '' } = await judge(copy, mutant)
    if (verdict === 'caught') caught += 1
    const seconds = ((performance.now() - start) / 1_000).toFixed(0)
    say(`${verdict.padEnd(12)}  ${nameOf(mutant.suite).padEnd(11)}  ${seconds.padStart(3)} s  ${mutant.name}`)
    if (complaint) say(`${' '.repeat(34)}${complaint}`)
  }
  say(`${caught} of ${chosen.length} caught`)
  process.exitCode = caught === chosen.length ? 0 : 1
} finally {
  await rm(copy, { recursive: true, force: true })
}
