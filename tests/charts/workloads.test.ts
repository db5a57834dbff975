import { describe, expect, it } from '@jest/globals'
import { settingsOf } from '@matinee/chart-kit/settings'
import { quantity } from '../src/charts/quantities.ts'
import { allRenders, podsOf } from '../src/charts/renders.ts'

const renders = await allRenders()

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
  const lasting = pods.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))

  it('keeps all that it makes in the namespace of the release, under the recommended labels', () => {
    for (const { kind, metadata } of objects) {
      expect([kind, metadata.name, metadata.namespace]).toEqual([kind, metadata.name, 'matinee'])
      expect(Object.keys(metadata.labels ?? {})).toEqual(expect.arrayContaining(labels))
    }
  })

  it('asks for CPU and memory for every container, and limits its memory', () => {
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

  it('runs images of Matinee, and official ones of databases', () => {
    const known =
      /^(matinee\/(booking|dashboard|movie|payment|theatre):0\.1\.0|mongo:8\.0|postgres:18|mysql:8\.4)$/
    expect(
      containers.map(({ container }) => container.image ?? '').filter((image) => !known.test(image)),
    ).toEqual([])
  })

  it('knows of every pod that lasts when it has started, lives, and is ready', () => {
    const silent = lasting.filter(({ spec }) =>
      spec.containers.some((each) => !each.startupProbe || !each.livenessProbe || !each.readinessProbe),
    )
    expect(lasting.length).toBeGreaterThan(0)
    expect(silent.map(({ owner }) => owner)).toEqual([])
  })

  it('gives no pod a token, nor a root file system to write to', () => {
    const free = pods.filter(
      ({ spec }) =>
        spec.automountServiceAccountToken !== false ||
        spec.containers.some(({ securityContext }) => !securityContext?.readOnlyRootFilesystem),
    )
    expect(free.map(({ owner }) => owner)).toEqual([])
  })

  it('gives every service time to drain and to answer what is in flight', () => {
    for (const { owner, spec } of pods.filter(({ kind }) => kind === 'Deployment')) {
      const [container] = spec.containers
      const shutdownMs = Number(settingsOf(container?.name ?? '', [])['SHUTDOWN_TIMEOUT_MS']?.default)
      const drainSeconds = container?.lifecycle?.preStop?.sleep?.seconds ?? NaN
      const enough = (spec.terminationGracePeriodSeconds ?? 0) > drainSeconds + shutdownMs / 1000
      expect([owner, enough]).toEqual([owner, true])
    }
  })
})

describe('the lite profile', () => {
  it('asks for at most 1 GiB of memory and 700m CPU in all, Jobs included', () => {
    const lite = renders.find(({ name }) => name === 'profile lite')
    const running = podsOf(lite?.objects ?? []).filter(({ isTest }) => !isTest)
    const requests = running.flatMap(({ replicas, spec }) =>
      spec.containers.map(({ resources }) => ({
        cpu: replicas * quantity(resources?.requests?.['cpu']) * 1000,
        memory: replicas * quantity(resources?.requests?.['memory']),
      })),
    )
    const cpu = requests.reduce((sum, request) => sum + request.cpu, 0)
    const memory = requests.reduce((sum, request) => sum + request.memory, 0)
    process.stdout.write(
      `lite asks for ${memory / 2 ** 20} MiB of memory and ${cpu}m CPU, in ${requests.length} pods\n`,
    )
    expect(requests).toHaveLength(9)
    expect(memory).toBeLessThanOrEqual(2 ** 30)
    expect(cpu).toBeLessThanOrEqual(700)
  })
})
