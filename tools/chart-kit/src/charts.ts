import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const chartsDir = fileURLToPath(new URL('../../../charts', import.meta.url))

/** `Chart.yaml` */
interface Manifest {
  name: string
  description: string
  type: 'application' | 'library'
  dependencies?: { name: string; condition?: string }[]
}

/** `service` and `database` use the library's templates; `umbrella` only installs other charts. */
type ChartKind = 'service' | 'database' | 'umbrella'

export interface Chart {
  name: string
  description: string
  kind: ChartKind
  dir: string
  usesLibrary: boolean
  /** The charts that it depends on, except the library; a value can disable `optional` ones. */
  vendored: { name: string; optional: boolean }[]
  /** The files in `templates/` that render objects, such as `deployment.yaml` and `tests/api.yaml`. */
  templates: string[]
  /** The files in `profiles/`, without `.yaml`. */
  profiles: string[]
}

/** Every chart that can be installed, sorted by name. */
export const charts: Chart[] = readdirSync(chartsDir)
  .map((name) => `${chartsDir}/${name}`)
  .filter((dir) => manifestOf(dir).type === 'application')
  .map(chartIn)

/** @throws if there is no such chart */
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
