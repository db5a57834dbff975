import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { describe, expect, it } from '@jest/globals'
import { callersOf, databaseUsers, gateway, readCalls } from '../cluster/support/calls.ts'
import { ofKind, podsOf, render } from './support/renders.ts'

const page = await readFile(new URL('../../docs/charts.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```yaml\n# (Values of charts\/(\w+).*)\n([^`]*)```/g)].map(
  ([, title = '', chart = '', values = '']) => ({ title, chart, values }),
)

describe('docs/mesh.md', () => {
  it('agrees with the table of calls', async () => {
    const calls = await readCalls()
    const page = await readFile(new URL('../../docs/mesh.md', import.meta.url), 'utf8')
    const cells = (line: string) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
    const [, header = '', rows = ''] = /^(\| caller .*\|)\n.*\n((?:\|.*\|\n)*)/m.exec(page) ?? []
    const [, ...targets] = cells(header)
    const shown = rows
      .trim()
      .split('\n')
      .map(cells)
      .map(([caller, ...marks]) => [
        caller === 'gateway' ? gateway : caller,
        targets.filter((_, column) => marks[column] === 'yes'),
      ])
    const callers = [...new Set(targets.flatMap((target) => callersOf(target, calls))), 'a stranger']
    const allowed = callers.map((caller) => [
      caller,
      targets.filter((target) => callersOf(target, calls).includes(caller)),
    ])
    expect([...targets].sort()).toEqual([...Object.keys(calls), ...Object.keys(databaseUsers)].sort())
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(allowed))
  })
})

describe('docs/charts.md', () => {
  it('has an example for every kind of database', () => {
    expect(examples.map(({ chart }) => chart)).toEqual(['booking', 'payment', 'movie', 'movie'])
  })

  it.each(examples)(
    '$title: they install only the service, with the URL from its Secret',
    async ({ chart, values }) => {
      const dir = await mkdtemp(`${tmpdir()}/values-`)
      try {
        await writeFile(`${dir}/values.yaml`, values)
        const args = ['--values', `${dir}/values.yaml`]
        const pods = podsOf(await render(chart, ...args)).filter(({ isTest }) => !isTest)
        expect(pods.map(({ owner }) => owner)).toEqual([`Deployment ${chart}`])
        const sources = pods[0]?.spec.containers[0]?.env?.map(
          ({ valueFrom }) => valueFrom?.secretKeyRef?.name,
        )
        expect(sources).toContain(/existingSecret: ([\w-]+)/.exec(values)?.[1])
        const [sidecar] = ofKind(await render(chart, ...args, '--set', 'istio.enabled=true'), 'Sidecar')
        const named = /egressHosts: \['?([^'\]]+)/.exec(values)?.[1]
        expect(sidecar?.spec?.['egress']).toEqual([{ hosts: expect.arrayContaining([named]) }])
      } finally {
        await rm(dir, { recursive: true })
      }
    },
  )
})
