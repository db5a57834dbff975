/**
 * Simulates booking and payment under faults: `make simulate`, with `SEEDS` random seeds (10,000) on top of every single
 * fault and every pair of faults. `SEED` replays one run and tells its story; `DEPTH=1` leaves the pairs out; `ENOUGH`
 * (10) findings end the search.
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { replay } from './explore.ts'
import type { Report } from './explore.ts'
import type { Task } from './worker.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)
const shown = 10
const { SEED, SEEDS = '10000', DEPTH = '2', ENOUGH = '10' } = process.env

function inWorker(task: Task): Promise<Report> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
}

async function everywhere(task: Omit<Task, 'share'>): Promise<Report> {
  const of = availableParallelism()
  const parts = Array.from({ length: of }, (_part, part) =>
    inWorker({ ...task, share: { part, of, enough: Number(ENOUGH) } }),
  )
  const reports = await Promise.all(parts)
  return {
    runs: reports.reduce((sum, { runs }) => sum + runs, 0),
    findings: reports.flatMap(({ findings }) => findings),
  }
}

async function check(what: string, task: Omit<Task, 'share'>): Promise<boolean> {
  const start = performance.now()
  const { runs, findings } = await everywhere(task)
  const seconds = ((performance.now() - start) / 1_000).toFixed(0)
  say(`${what}: ${runs} runs in ${seconds} s, ${findings.length} with violations`)
  for (const { run, violations } of findings.slice(0, shown)) {
    say(`  make simulate SEED=${run}`)
    for (const violation of violations) say(`    ${violation}`)
  }
  return findings.length === 0
}

if (SEED) {
  const violations = await replay(SEED, say)
  say(violations.length === 0 ? 'Nothing was violated.' : `VIOLATED:\n  ${violations.join('\n  ')}`)
  process.exitCode = violations.length === 0 ? 0 : 1
} else {
  const depth = DEPTH === '1' ? 1 : 2
  const isSound =
    (await check(depth === 1 ? 'every single fault' : 'every single fault and every pair', { depth })) &&
    (await check('random seeds', { seeds: Number(SEEDS) }))
  process.exitCode = isSound ? 0 : 1
}
