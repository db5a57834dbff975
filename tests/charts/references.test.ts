import { describe, expect, it } from '@jest/globals'
import type { V1Container } from '@kubernetes/client-node'
import { allRenders, ofKind, podsOf, selects } from './support/renders.ts'

/** The Secrets that the production profile expects to exist. */
const given = ['theatre', 'movie', 'payment', 'booking'].map((service) => `${service}-database`)

/** `name/key` of every Secret and ConfigMap entry that a container cannot do without. */
function readBy({ env = [], envFrom = [] }: V1Container): string[] {
  return [
    ...env.flatMap(({ valueFrom }) => {
      const from = valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef
      return from && !from.optional ? `${from.name}/${from.key}` : []
    }),
    ...envFrom.map(({ configMapRef, secretRef }) => `${configMapRef?.name ?? secretRef?.name}/`),
  ]
}

describe.each(await allRenders())('$name', ({ objects }) => {
  const pods = podsOf(objects)
  const names = (kind: string) => ofKind(objects, kind).map(({ metadata }) => metadata.name)

  it('creates every account, Secret, key and ConfigMap that its pods refer to', () => {
    const stored = [...ofKind(objects, 'Secret'), ...ofKind(objects, 'ConfigMap')]
    const there = new Set(
      stored.flatMap(({ metadata, data }) =>
        ['', ...Object.keys(data ?? {})].map((key) => `${metadata.name}/${key}`),
      ),
    )
    for (const { owner, spec } of pods) {
      const asked = [
        ...spec.containers.flatMap(readBy),
        ...(spec.volumes ?? []).flatMap(({ secret, configMap }) =>
          secret ? `${secret.secretName}/` : configMap ? `${configMap.name}/` : [],
        ),
      ]
      const missing = asked.filter((each) => !there.has(each) && !given.includes(each.split('/')[0] ?? ''))
      expect([owner, missing]).toEqual([owner, []])
      expect(names('ServiceAccount')).toContain(spec.serviceAccountName)
    }
  })

  it('has no selector without a pod, and no Service without a port', () => {
    for (const { kind, metadata, spec } of objects) {
      if (!['Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind)) continue
      const { selector, podSelector, ports } = spec as {
        selector?: { matchLabels?: Record<string, string> } & Record<string, string>
        podSelector?: { matchLabels: Record<string, string> }
        ports?: { targetPort: string }[]
      }
      const labels = podSelector?.matchLabels ?? selector?.matchLabels ?? selector ?? {}
      const selected = pods.filter((pod) => selects(labels, pod.metadata.labels))
      expect([kind, metadata.name, selected.length]).toEqual([kind, metadata.name, 1])
      const open = selected
        .flatMap((pod) => pod.spec.containers.flatMap((each) => each.ports ?? []))
        .map(({ name }) => name)
      for (const { targetPort } of kind === 'Service' ? (ports ?? []) : []) expect(open).toContain(targetPort)
    }
  })

  it('autoscales only Deployments without a fixed number of replicas', () => {
    const open = ofKind(objects, 'Deployment').filter(({ spec }) => spec?.['replicas'] === undefined)
    expect(names('HorizontalPodAutoscaler')).toEqual(open.map(({ metadata }) => metadata.name))
  })

  it('monitors only Services that exist', () => {
    for (const { spec } of ofKind(objects, 'ServiceMonitor')) {
      const { matchLabels } = spec?.['selector'] as { matchLabels: Record<string, string> }
      const watched = ofKind(objects, 'Service').filter(({ metadata }) =>
        selects(matchLabels, metadata.labels),
      )
      expect(watched.map((service) => service.spec?.['ports'])).toEqual([
        [expect.objectContaining({ name: 'metrics' })],
      ])
    }
  })
})
