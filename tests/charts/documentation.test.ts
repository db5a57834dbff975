import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, expect, it } from '@jest/globals'
import { podsOf, render } from '../src/charts/renders.ts'

const page = await readFile(new URL('../../docs/charts.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n# (Values of charts\/(\w+).*)\n([^`]*)```/g)].map(
  ([, title = '', chart = '', values = '']) => ({ title, chart, values }),
)

describe('docs/charts.md', () => {
  it('has an example for every kind of database', () => {
    expect(examples.map(({ chart }) => chart)).toEqual(['booking', 'payment', 'movie', 'movie'])
  })

  it.each(examples)(
    '$title: they install the service alone, with the URL of its Secret',
    async ({ chart, values }) => {
      const dir = await mkdtemp(`${tmpdir()}/values-`)
      try {
        await writeFile(`${dir}/values.yaml`, values)
        const pods = podsOf(await render(chart, '--values', `${dir}/values.yaml`)).filter(
          ({ isTest }) => !isTest,
        )
        expect(pods.map(({ owner }) => owner)).toEqual([`Deployment ${chart}`])
        const sources = pods[0]?.spec.containers[0]?.env?.map(
          ({ valueFrom }) => valueFrom?.secretKeyRef?.name,
        )
        expect(sources).toContain(/existingSecret: ([\w-]+)/.exec(values)?.[1])
      } finally {
        await rm(dir, { recursive: true })
      }
    },
  )
})
