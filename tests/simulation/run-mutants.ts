/**
 * Applies every mutant to a copy of the code and runs the suite that must fail then: `make mutants`. `SIMULATED=1` takes
 * only those of the simulation, `ONLY` those whose name contains it. Exits with 1 when a mutant survives, its suite does not
 * end, or its source text does not occur exactly once; then it prints the output of the suite.
 */
import { execFile } from 'node:child_process'
import type { ExecFileException } from 'node:child_process'
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
const timeoutMs = 300_000
/** How many of the last lines of a suite's output to print. */
const shownLines = 40

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

interface Result {
  verdict: 'green' | 'red' | 'timed out'
  /** The first error of a suite that failed. */
  complaint: string
  output: string
}

/** Runs a suite, or the simulation when it is left out. */
async function runSuite(copy: string, suite?: Suite): Promise<Result> {
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
    const { stdout, stderr } = await run(process.execPath, args, {
      cwd: join(copy, suite?.folder ?? 'tests'),
      env: { ...process.env, DEPTH: '1', SEEDS: '2000', ENOUGH: '1' },
      timeout: timeoutMs,
      maxBuffer: 2 ** 26,
    })
    return { verdict: 'green', complaint: '', output: stdout + stderr }
  } catch (error) {
    const { stdout, stderr, killed, message } = error as ExecFileException & {
      stdout: string
      stderr: string
    }
    const output = stdout + stderr
    // A failed test of Jest, a violation of the simulation, or else an error.
    const [first = message] = /^ +(● .+|\w+: .+)$|^\w*Error: .+$/m.exec(output) ?? []
    return { verdict: killed ? 'timed out' : 'red', complaint: first.trim().slice(0, 120), output }
  }
}

/** Changes the copy. @returns a function that restores it; undefined when the text does not occur exactly once */
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

/** What became of a mutant, and what tells why. */
async function judge(copy: string, mutant: Mutant): Promise<{ verdict: string; why: string }> {
  const putBack = await apply(copy, mutant)
  if (!putBack) return { verdict: 'DOES NOT FIT', why: `Not exactly once in ${mutant.file}:\n${mutant.find}` }
  try {
    const { verdict, complaint, output } = await runSuite(copy, mutant.suite)
    if (verdict === 'red') return { verdict: 'caught', why: complaint }
    return { verdict: verdict === 'green' ? 'SURVIVED' : 'TIMED OUT', why: tailOf(output) }
  } finally {
    await putBack()
  }
}

function tailOf(output: string): string {
  return output.trimEnd().split('\n').slice(-shownLines).join('\n')
}

const { ONLY = '', SIMULATED = '' } = process.env
const mutants = SIMULATED ? simulationMutants : [...simulationMutants, ...storeMutants]
const chosen = mutants.filter(({ name }) => name.includes(ONLY))
const nameOf = (suite?: Suite) => (suite ? basename(suite.folder) : 'simulation')
const copy = await copyCode()
try {
  // A suite that fails without a mutant would catch anything.
  for (const [folder, its] of Map.groupBy(chosen, ({ suite }) => suite?.folder)) {
    const tests = [...new Set(its.flatMap(({ suite }) => suite?.tests ?? []))]
    const suite = folder === undefined ? undefined : { folder, tests }
    const { verdict, output } = await runSuite(copy, suite)
    if (verdict !== 'green')
      throw new Error(`${nameOf(suite)} is ${verdict} without a mutant:\n${tailOf(output)}`)
    say(`green         ${nameOf(suite)} ${tests.join(' ')}`)
  }
  let caught = 0
  for (const mutant of chosen) {
    const start = performance.now()
    const { verdict, why } = await judge(copy, mutant)
    if (verdict === 'caught') caught += 1
    const seconds = ((performance.now() - start) / 1_000).toFixed(0)
    say(`${verdict.padEnd(12)}  ${nameOf(mutant.suite).padEnd(11)}  ${seconds.padStart(3)} s  ${mutant.name}`)
    say(why.replace(/^/gm, ' '.repeat(34)))
  }
  say(`${caught} of ${chosen.length} caught`)
  process.exitCode = caught === chosen.length ? 0 : 1
} finally {
  await rm(copy, { recursive: true, force: true })
}
