import { buy, buyAndCancel } from './customers.ts'
import type { Behaviour } from './customers.ts'
import { exactPlan, faultsOf } from './faults.ts'
import type { Fault, Point } from './faults.ts'
import { simulate, simulateSeed } from './simulate.ts'

const stories: Record<string, Behaviour> = { buy, cancel: buyAndCancel }
/** The seed of these runs, in which only the clocks' skew is random. */
const seed = 1

/** Faults by the number of the point they happen at. */
type Faults = ReadonlyMap<number, Fault>

/** Runs one of the stories with these faults. @returns the points that it passed, and the violations */
async function tellStory(story: string, faults: Faults, listen?: (line: string) => void) {
  const behave = stories[story]
  if (!behave) throw new Error(`There is no story ${story}: only ${Object.keys(stories).join(' and ')}`)
  const points: Point['kind'][] = []
  const plan = exactPlan(faults, ({ kind }) => points.push(kind))
  const violations = await simulate(seed, { plan, behaviours: [behave], sendsTwice: 0, listen })
  return { points, violations }
}

/** The name of a run, by which it can be replayed: `buy/12:lost-after-commit/30:sender-killed`. */
function nameOf(story: string, faults: Faults): string {
  return [story, ...Array.from(faults, ([point, fault]) => `${point}:${fault}`)].join('/')
}

interface Finding {
  /** What replays it: `make simulate SEED=...`. */
  run: string
  violations: string[]
}

/** This worker's share of the runs: every `of`-th, from `part` on. */
export interface Share {
  part: number
  of: number
  /** Stop after this many findings. */
  enough: number
}

const whole: Share = { part: 0, of: 1, enough: 10 }

export interface Report {
  runs: number
  findings: Finding[]
}

/**
 * Tells each story with every single fault at every point, and, where `depth` is 2, with every second fault at every
 * point that comes after it.
 */
export async function explore(depth: 1 | 2, { part, of, enough }: Share = whole): Promise<Report> {
  const report: Report = { runs: 0, findings: [] }

  async function visit(story: string, faults: Faults, left: number): Promise<void> {
    if (report.findings.length >= enough) return
    const { points, violations } = await tellStory(story, faults)
    report.runs += 1
    if (violations.length > 0) report.findings.push({ run: nameOf(story, faults), violations })
    if (left === 0) return
    const last = Math.max(-1, ...faults.keys())
    for (const [point, kind] of points.entries()) {
      if (point <= last || (faults.size === 0 && point % of !== part)) continue
      for (const fault of faultsOf[kind]) await visit(story, new Map([...faults, [point, fault]]), left - 1)
    }
  }

  for (const story of Object.keys(stories)) await visit(story, new Map(), depth)
  return report
}

/** Runs this worker's share of the seeds. */
export async function exploreSeeds(seeds: number, { part, of, enough }: Share = whole): Promise<Report> {
  const report: Report = { runs: 0, findings: [] }
  for (let n = part; n < seeds && report.findings.length < enough; n += of) {
    const violations = await simulateSeed(n)
    report.runs += 1
    if (violations.length > 0) report.findings.push({ run: String(n), violations })
  }
  return report
}

/** Repeats the run of this name, a seed or a story with its faults, and traces it. */
export async function replay(run: string, listen: (line: string) => void): Promise<string[]> {
  if (/^\d+$/.test(run)) return await simulateSeed(Number(run), listen)
  const [story = '', ...parts] = run.split('/')
  const faults = parts.map((part): [number, Fault] => {
    const [point, fault] = part.split(':')
    return [Number(point), fault as Fault]
  })
  return (await tellStory(story, new Map(faults), listen)).violations
}
