import type { V1NetworkPolicyPeer, V1NetworkPolicyPort } from '@kubernetes/client-node'
import { ofKind, podsOf, selects } from './renders.ts'
import type { Manifest } from './renders.ts'

type Labels = Record<string, string>

/** One end of a connection: a pod in this or another namespace or, without labels, an address outside. */
export interface End {
  name: string
  labels?: Labels
  namespaceLabels?: Labels
}

export interface Target extends End {
  port: { name: string; number: number }
}

/** `from` has another name in the client's types. */
interface Rule {
  from?: V1NetworkPolicyPeer[]
  to?: V1NetworkPolicyPeer[]
  ports?: V1NetworkPolicyPort[]
}

interface Policy {
  podSelector: { matchLabels: Labels }
  policyTypes: string[]
  ingress?: Rule[]
  egress?: Rule[]
}

/** Evaluates the NetworkPolicies of a render, as Kubernetes defines it. */
export function readPolicies(objects: Manifest[]) {
  const policies = ofKind(objects, 'NetworkPolicy').map(({ spec }) => spec as unknown as Policy)

  /** Whether one end's policies for a direction, if any, allow the other end. */
  function passes(direction: 'Ingress' | 'Egress', own: End, other: End, { name, number }: Target['port']) {
    const covering = policies.filter(
      ({ policyTypes, podSelector }) =>
        policyTypes.includes(direction) &&
        own.labels &&
        !own.namespaceLabels &&
        selects(podSelector.matchLabels, own.labels),
    )
    if (covering.length === 0) return true
    // An empty list does not restrict anything.
    return covering
      .flatMap(({ ingress, egress }) => (direction === 'Ingress' ? ingress : egress) ?? [])
      .some(
        ({ from, to, ports }) =>
          (!(from ?? to)?.length || (from ?? to)?.some((peer) => isPeer(peer, other))) &&
          (!ports?.length || ports.some(({ port }) => port === name || port === number)),
      )
  }

  return {
    letsIn: (target: Target, caller: End) => passes('Ingress', target, caller, target.port),
    letsOut: (caller: End, target: Target) => passes('Egress', caller, target, target.port),
  }
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer, end: End): boolean {
  if (ipBlock) throw new Error('no policy of ours names addresses')
  if (!end.labels) return false
  const isThere = namespaceSelector
    ? selects(namespaceSelector.matchLabels ?? {}, end.namespaceLabels ?? ownNamespace)
    : !end.namespaceLabels
  return isThere && selects(podSelector?.matchLabels ?? {}, end.labels)
}

const ownNamespace = { 'kubernetes.io/metadata.name': 'matinee' }

/** Everyone who might connect: the pods of a render, an unknown pod, Prometheus, and an address outside. */
export function callersIn(objects: Manifest[]): End[] {
  return [
    ...podsOf(objects).map(({ metadata }) => ({
      name: metadata.labels?.['app.kubernetes.io/name'] ?? '',
      labels: metadata.labels ?? {},
    })),
    { name: 'stranger', labels: {} },
    {
      name: 'prometheus',
      labels: { 'app.kubernetes.io/name': 'prometheus' },
      namespaceLabels: { 'kubernetes.io/metadata.name': 'monitoring' },
    },
    { name: 'outside' },
  ]
}

/** Every port of every container of a render. */
export function targetsIn(objects: Manifest[]): Target[] {
  return podsOf(objects).flatMap(({ metadata, spec }) =>
    spec.containers.flatMap(({ ports = [] }) =>
      ports.map(({ name = '', containerPort }) => ({
        name: metadata.labels?.['app.kubernetes.io/name'] ?? '',
        labels: metadata.labels ?? {},
        port: { name, number: containerPort },
      })),
    ),
  )
}
