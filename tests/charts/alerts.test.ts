import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createMetrics } from '@matinee/service-kit/observe/metrics'
import { ofKind, renderProfile } from './support/renders.ts'

const run = promisify(execFile)
const promtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
)

interface Group {
  rules: { alert: string; expr: string; annotations: { summary: string } }[]
}

const rules = ofKind(await renderProfile('production'), 'PrometheusRule').map(({ metadata, spec }) => ({
  service: metadata.name,
  groups: spec?.['groups'] as Group[],
}))

describe.each(rules)('the alerts of $service', ({ service, groups }) => {
  const all = groups.flatMap(({ rules }) => rules)

  it('use only metrics and labels that the service has', () => {
    const { registry } = createMetrics(service)
    const metrics = registry.getMetricsAsArray() as unknown as {
      name: string
      labelNames: string[]
    }[]
    const known = new Map(metrics.map(({ name, labelNames }) => [name, [...labelNames, 'service']]))
    // Prometheus adds these itself.
    known.set('up', ['service'])
    const asked = all.flatMap(({ expr }) => [...expr.matchAll(/(\w+)\{([^}]*)\}/g)])
    expect(asked.length).toBeGreaterThanOrEqual(all.length)
    for (const [, metric = '', matchers = ''] of asked) {
      const labels = [...matchers.matchAll(/(\w+)=/g)].map(([, label]) => label)
      expect(known.get(metric.replace(/_(count|bucket|sum)$/, ''))).toEqual(expect.arrayContaining(labels))
    }
  })

  const withPromtool = promtool ? it : it.skip
  withPromtool('are valid for Prometheus', async () => {
    const dir = await mkdtemp(`${tmpdir()}/alerts-`)
    try {
      await writeFile(`${dir}/rules.json`, JSON.stringify({ groups }))
      const { stdout } = await run('promtool', ['check', 'rules', `${dir}/rules.json`])
      expect(stdout).toContain(`SUCCESS: ${all.length} rules found`)
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
