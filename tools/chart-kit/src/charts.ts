import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const chartsDir = fileURLToPath(new URL('../../../charts', import.meta.url))

/** What `Chart.yaml` says. */
interface Manifest {
  name: string
  description: string
  type: 'application' | 'library'
  dependencies?: { name: string; condition?: string }[]
}

/** `service` and `database` as the library shapes them; `umbrella` installs other charts and has no pods of its own. */
export type ChartKind = 'service' | 'database' | 'umbrella'

export interface Chart {
  name: string
  description: string
  kind: ChartKind
  dir: string
  usesLibrary: boolean
  /** The charts that it vendors, the library aside; `optional` ones can be left out by a value. */
  vendored: { name: string; optional: boolean }[]
  /** The files in `templates/` that make objects, such as `deployment.yaml` and `tests/api.yaml`. */
  templates: string[]
  /** Of `profiles/`, without `.yaml`. */
  profiles: string[]
}

/** Every chart that can be installed, by name. */
export const charts: Chart[] = readdirSync(chartsDir)
  .map((name) => `${chartsDir}/${name}`)
  .filter((dir) => manifestOf(dir).type === 'application')
  .map(chartIn)

/** @throws when there is no chart of that name */
export function chartNamed(name: string): Chart {
  const chart = charts.find((each) => each.name === name)
  if (!chart) throw new Error(`there is no chart ${name}`)
  return chart
}

function manifestOf(dir: string): Manifest {
  return parse(readFileSync(`${dir}/Chart.yaml`, 'utf8')) as Manifest
}

function chartIn(dir: string): Chart {
  const { name, description, dependencies = [] } = manifestOf(dir)
  const templates = filesIn(`${dir}/templates`).filter((file) => file.endsWith('.yaml'))
  return {
    name,
    description,
    kind: kindOf(templates),
    dir,
    usesLibrary: dependencies.some((dependency) => dependency.name === 'library'),
    vendored: dependencies
      .filter((dependency) => dependency.name !== 'library')
      .map((dependency) => ({ name: dependency.name, optional: 'condition' in dependency })),
    templates,
    profiles: filesIn(`${dir}/profiles`).map((file) => file.replace(/\.yaml$/, '')),
  }
}

function kindOf(templates: string[]): ChartKind {
  if (templates.includes('deployment.yaml')) return 'service'
  return templates.includes('statefulset.yaml') ? 'database' : 'umbrella'
}

function filesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort() : []
}
