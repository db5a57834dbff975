import { describe, expect, it } from '@jest/globals'
import { callersIn, readPolicies, targetsIn } from './support/reach.ts'
import { ofKind, podsOf, renderProfile, selects } from './support/renders.ts'
import { callersOf, databaseUsers, gateway, readCalls } from '../cluster/support/calls.ts'

const calls = await readCalls()
const objects = await renderProfile('mesh')

interface Policy {
  selector?: { matchLabels: Record<string, string> }
  action?: string
  rules?: {
    from: { source: { principals: string[] } }[]
    to?: { operation: { methods?: string[]; paths?: string[]; ports?: string[] } }[]
  }[]
}

const policies = ofKind(objects, 'AuthorizationPolicy').map(({ metadata, spec }) => ({
  name: metadata.name,
  policy: spec as Policy,
}))
const policyOf = (target: string) => policies.find(({ name }) => name === target)?.policy
const targets = targetsIn(objects).filter(({ port }) => port.name !== 'metrics')

/** The name of a ServiceAccount of the namespace, from its identity. */
const account = (principal: string) => /^cluster\.local\/ns\/matinee\/sa\/([\w-]+)$/.exec(principal)?.[1]

/** Whom the AuthorizationPolicy of a target lets in, the test of its own chart aside. */
function letInto(target: string): string[] {
  const principals = (policyOf(target)?.rules ?? []).flatMap(({ from }) =>
    from.flatMap(({ source }) => source.principals),
  )
  return principals
    .map((principal) => account(principal) ?? principal)
    .filter((name) => name !== `${target}-test`)
}

describe('the AuthorizationPolicies', () => {
  it.each(targets)('let the callers of the table in to $name, and nobody else', ({ name }) => {
    expect(letInto(name).sort()).toEqual(callersOf(name, calls).sort())
  })

  it.each(Object.keys(calls))('let each caller of %s do what the table says', (name) => {
    const rules = policyOf(name)?.rules ?? []
    const operations = rules.map(({ from, to }) => [
      account(from[0]?.source.principals[0] ?? ''),
      to?.map((each) => each.operation),
    ])
    const free = [gateway, `${name}-test`]
    expect(Object.fromEntries(operations.filter(([caller]) => !free.includes(caller as string)))).toEqual(
      calls[name],
    )
  })

  it('let nobody in to what has none of its own', () => {
    expect(policyOf('deny-all')).toEqual({})
  })

  it('refuse whoever the NetworkPolicies refuse: both are the same matrix', () => {
    const { letsIn } = readPolicies(objects)
    // The gateway's pods are made by Istio, and have no label of ours.
    const callers = callersIn(objects).filter(
      ({ name, namespaceLabels }) => name !== 'outside' && !namespaceLabels && !name.endsWith('-test'),
    )
    for (const target of targets.filter(({ name }) => name !== 'dashboard')) {
      const reaching = callers.filter((caller) => letsIn(target, caller)).map(({ name }) => name)
      expect([target.name, reaching.sort()]).toEqual([target.name, letInto(target.name).sort()])
    }
  })
})

describe('every pod that lasts', () => {
  const lasting = podsOf(objects).filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))

  it.each(['PeerAuthentication', 'AuthorizationPolicy', 'Sidecar'])('has one %s', (kind) => {
    for (const { owner, metadata } of lasting) {
      const covering = ofKind(objects, kind).filter(({ spec }) => {
        const { selector, workloadSelector } = spec as Policy & {
          workloadSelector?: { labels: Record<string, string> }
        }
        const labels = selector?.matchLabels ?? workloadSelector?.labels
        return labels && selects(labels, metadata.labels)
      })
      expect([owner, covering.length]).toEqual([owner, 1])
    }
  })

  it('knows of those that it calls, and of nobody else', () => {
    for (const { metadata, spec } of ofKind(objects, 'Sidecar')) {
      const [{ hosts = [] } = {}] = spec?.['egress'] as { hosts?: string[] }[]
      const known = hosts.filter((host) => host !== '~/*').map((host) => /^\.\/(\w+)\./.exec(host)?.[1])
      const called = [...Object.keys(calls), ...Object.keys(databaseUsers)].filter((name) =>
        callersOf(name, calls).includes(metadata.name),
      )
      expect([metadata.name, known.sort()]).toEqual([metadata.name, called.sort()])
    }
  })
})

describe('databases of your own', () => {
  const own = ['theatre', 'movie', 'payment', 'booking']
  const inTheMesh = (...services: string[]) =>
    renderProfile(
      'production',
      ...[
        'global.istio.enabled=true',
        ...services.map((name) => `${name}.istio.egressHosts={data/${name}.data.svc}`),
      ].flatMap((value) => ['--set', value]),
    )

  it('are known to the proxies of their services alone', async () => {
    const sidecars = ofKind(await inTheMesh(...own), 'Sidecar').map(({ metadata, spec }) => [
      metadata.name,
      (spec?.['egress'] as { hosts: string[] }[])[0]?.hosts.filter((host) => host.startsWith('data/')),
    ])
    expect(Object.fromEntries(sidecars)).toEqual({
      ...Object.fromEntries(own.map((name) => [name, [`data/${name}.data.svc`]])),
      dashboard: [],
    })
  })

  it.each(own)('end the installation with a word of advice when the one of %s is not named', async (name) => {
    const others = own.filter((each) => each !== name)
    await expect(inTheMesh(...others)).rejects.toThrow(
      `${name}: its proxy does not know the database of your own: name its Service, istio.egressHosts={./SERVICE.matinee.svc.cluster.local}`,
    )
  })
})
