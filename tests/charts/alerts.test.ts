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
const withPromtool = promtool ? it : it.skip

/** The output of `promtool <command> rules` for the first of the files. */
async function runPromtool(command: 'check' | 'test', files: Record<string, object>): Promise<string> {
  const dir = await mkdtemp(`${tmpdir()}/alerts-`)
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(`${dir}/${name}`, JSON.stringify(content))
    const [first = ''] = Object.keys(files)
    return (await run('promtool', [command, 'rules', `${dir}/${first}`])).stdout
  } finally {
    await rm(dir, { recursive: true })
  }
}

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

  withPromtool('are valid for Prometheus', async () => {
    const stdout = await runPromtool('check', { 'rules.json': { groups } })
    expect(stdout).toContain(`SUCCESS: ${all.length} rules found`)
  })
})

describe('MatineeJobStalled', () => {
  /** Ten minutes of a job in two replicas; a sample every 30 s, and time starts at 0. */
  function jobs(name: string, ...replicas: string[]) {
    return replicas.map((values, index) => ({
      series: `job_last_success_timestamp_seconds{service="booking",job="${name}",pod="${index}"}`,
      values,
    }))
  }

  withPromtool('fires for a job that has not succeeded in any replica, or never', async () => {
    const groups = rules.find(({ service }) => service === 'booking')?.groups
    const fires = (job: string) => ({
      exp_labels: { severity: 'warning', service: 'booking', job },
      exp_annotations: { summary: `The job ${job} of booking has not succeeded for at least 2 minutes` },
    })
    const alertname = 'MatineeJobStalled'
    await runPromtool('test', {
      'tests.json': {
        rule_files: ['rules.json'],
        tests: [
          {
            interval: '30s',
            input_series: [
              ...jobs('succeeds', '0+30x20', '0+30x20'),
              ...jobs('fails in one replica', '0x20', '0+30x20'),
              ...jobs('never succeeded', '0x20', '0x20'),
              ...jobs('stopped after 3 minutes', '0+30x6 180x14', '0+30x6 180x14'),
            ],
            alert_rule_test: [
              { eval_time: '4m', alertname, exp_alerts: [] },
              { eval_time: '5m', alertname, exp_alerts: [fires('never succeeded')] },
              {
                eval_time: '8m',
                alertname,
                exp_alerts: [fires('never succeeded'), fires('stopped after 3 minutes')],
              },
            ],
          },
        ],
      },
      'rules.json': { groups },
    })
  })
})
