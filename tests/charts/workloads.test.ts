import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { settingsOf } from '@matinee/chart-kit/settings'
import { parse } from 'yaml'
import { quantity } from './support/quantities.ts'
import { allRenders, podsOf } from './support/renders.ts'

const renders = await allRenders()

interface Sized {
  resources: { requests: { memory: string } }
}

/** The part of k8s/istio/operator.yaml with Istio's resource requests. */
interface Operator {
  spec: { components: { pilot: { k8s: Sized } }; values: { cni: Sized; global: { proxy: Sized } } }
}

const labels = [
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
]

describe.each(renders)('$name', ({ objects }) => {
  const pods = podsOf(objects)
  const containers = pods.flatMap(({ owner, spec }) =>
    [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({ owner, container })),
  )
  const longRunning = pods.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))

  it('puts every object in the namespace of the release, with the recommended labels', () => {
    for (const { kind, metadata } of objects) {
      expect([kind, metadata.name, metadata.namespace]).toEqual([kind, metadata.name, 'matinee'])
      expect(Object.keys(metadata.labels ?? {})).toEqual(expect.arrayContaining(labels))
    }
  })

  it('requests CPU and memory for every container, and limits its memory', () => {
    for (const { owner, container } of containers) {
      const { requests, limits } = container.resources ?? {}
      const memory = quantity(requests?.['memory'])
      expect([
        owner,
        memory > 0,
        quantity(requests?.['cpu']) > 0,
        quantity(limits?.['memory']) >= memory,
      ]).toEqual([owner, true, true, true])
    }
  })

  it('runs only images of Matinee and official ones of databases', () => {
    const known =
      /^(matinee\/(booking|dashboard|movie|payment|theatre):0\.1\.0|mongo:8\.0|postgres:18|mysql:8\.4)$/
    expect(
      containers.map(({ container }) => container.image ?? '').filter((image) => !known.test(image)),
    ).toEqual([])
  })

  it('has all three probes for every long-running pod', () => {
    const silent = longRunning.filter(({ spec }) =>
      spec.containers.some((each) => !each.startupProbe || !each.livenessProbe || !each.readinessProbe),
    )
    expect(longRunning.length).toBeGreaterThan(0)
    expect(silent.map(({ owner }) => owner)).toEqual([])
  })

  it('probes services at their own port, and the dashboard, whose port is public, at that for metrics', () => {
    const services = longRunning.filter(({ kind }) => kind === 'Deployment')
    for (const { owner, spec } of services) {
      const probes = spec.containers.flatMap(({ startupProbe, livenessProbe, readinessProbe }) => [
        startupProbe?.httpGet?.port,
        livenessProbe?.httpGet?.port,
        readinessProbe?.httpGet?.port,
      ])
      const port = owner.includes('dashboard') ? 'metrics' : 'http'
      expect([owner, probes]).toEqual([owner, [port, port, port]])
    }
  })

  it('gives no pod a token or a writable root file system', () => {
    const free = pods.filter(
      ({ spec }) =>
        spec.automountServiceAccountToken !== false ||
        spec.containers.some(({ securityContext }) => !securityContext?.readOnlyRootFilesystem),
    )
    expect(free.map(({ owner }) => owner)).toEqual([])
  })

  it('starts services with the flags of `npm start`, or with those of the image', async () => {
    const manifest = await readFile(new URL('../../apps/movie/package.json', import.meta.url), 'utf8')
    const { scripts } = JSON.parse(manifest) as { scripts: { start: string } }
    for (const { owner, spec } of pods.filter(({ kind }) => kind === 'Deployment')) {
      const [container] = spec.containers
      const command = ['node', ...(container?.args ?? scripts.start.split(' ').slice(1))].join(' ')
      expect([owner, command]).toEqual([owner, scripts.start])
    }
  })

  it('gives every service time to drain and to answer requests in flight', () => {
    for (const { owner, spec } of pods.filter(({ kind }) => kind === 'Deployment')) {
      const [container] = spec.containers
      const shutdownMs = Number(settingsOf(container?.name ?? '', [])['SHUTDOWN_TIMEOUT_MS']?.default)
      const drainSeconds = container?.lifecycle?.preStop?.sleep?.seconds ?? NaN
      const enough = (spec.terminationGracePeriodSeconds ?? 0) > drainSeconds + shutdownMs / 1000
      expect([owner, enough]).toEqual([owner, true])
    }
  })
})

describe('in total, Jobs included', () => {
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

  /** Measured memory in MiB, with stand-ins for the official images of MongoDB and MySQL. */
  const measured: Record<string, string> = {
    mongodb: '65 (SecantusDB)',
    mysql: '91-104 (MariaDB)',
    postgres: '35-55',
    seed: '-',
  }

  /** What a profile requests, in m of CPU and MiB of memory. */
  function requestedBy(profile: string) {
    const { objects = [] } = renders.find(({ name }) => name === `profile ${profile}`) ?? {}
    const running = podsOf(objects).filter(({ isTest }) => !isTest)
    const asked = (resource: string) =>
      sum(
        running.flatMap(({ replicas, spec }) =>
          spec.containers.map(({ resources }) => replicas * quantity(resources?.requests?.[resource])),
        ),
      )
    const memory = asked('memory') / 2 ** 20
    const sidecars = running.filter(({ metadata }) => metadata.labels?.['sidecar.istio.io/inject'] === 'true')
    const beside = running.flatMap(({ spec }) =>
      spec.containers.map(({ name, resources }) => {
        const mib = quantity(resources?.requests?.['memory']) / 2 ** 20
        return `  ${name.padEnd(9)} ${mib} MiB, measured ${measured[name] ?? '40-57'}\n`
      }),
    )
    return {
      beside: beside.join(''),
      pods: running.length,
      sidecars: sidecars.length,
      cpu: Math.round(asked('cpu') * 1000),
      memory,
    }
  }

  it('the lite profile requests at most 1 GiB of memory and 700m CPU', () => {
    const { beside, pods, cpu, memory } = requestedBy('lite')
    process.stdout.write(`lite requests ${memory} MiB of memory and ${cpu}m CPU, in ${pods} pods\n${beside}`)
    expect(pods).toBe(9)
    expect(memory).toBeLessThanOrEqual(1024)
    expect(cpu).toBeLessThanOrEqual(700)
  })

  it('the mesh profile requests at most 1.9 GiB of memory, Istio included', async () => {
    const operator = await readFile(new URL('../../k8s/istio/operator.yaml', import.meta.url), 'utf8')
    const { spec } = parse(operator) as Operator
    const mib = ({ resources }: Sized) => quantity(resources.requests.memory) / 2 ** 20
    const { pods, sidecars, memory } = requestedBy('mesh')
    // One istiod, istio-cni on the one node, and the gateway, which is a proxy too.
    const istio = mib(spec.components.pilot.k8s) + mib(spec.values.cni) + mib(spec.values.global.proxy)
    const all = memory + sidecars * mib(spec.values.global.proxy) + istio
    process.stdout.write(`mesh requests ${all} MiB of memory, in ${pods} pods and Istio's own\n`)
    expect(sidecars).toBe(pods)
    expect(all).toBeLessThanOrEqual(1.9 * 1024)
  })
})
