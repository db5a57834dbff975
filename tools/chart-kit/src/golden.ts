import { existsSync } from 'node:fs'
import type { Chart } from './charts.ts'
import { template } from './helm.ts'

/**
 * The golden renders of a chart with a `golden/values.yaml`, one for each profile, by file name. They show in a diff what a
 * change does. The values name existing Secrets, so that nothing in a render is random.
 */
export async function goldenRenders(chart: Chart): Promise<Map<string, string>> {
  const values = `${chart.dir}/golden/values.yaml`
  const renders = new Map<string, string>()
  if (!existsSync(values)) return renders
  if (chart.profiles.length === 0)
    renders.set('golden/default.yaml', await template(chart, '--values', values))
  for (const profile of chart.profiles) {
    const args = ['--values', values, '--values', `${chart.dir}/profiles/${profile}.yaml`]
    renders.set(`golden/${profile}.yaml`, await template(chart, ...args))
  }
  return renders
}
