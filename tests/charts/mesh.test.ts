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

/** The name of a ServiceAccount in the namespace, from its identity. */
const account = (principal: string) => /^cluster\.local\/ns\/matinee\/sa\/([\w-]+)$/.exec(principal)?.[1]

/** Who may call a target according to its AuthorizationPolicy, except for its chart's test. */
function letInto(target: string): string[] {
  const principals = (policyOf(target)?.rules ?? []).flatMap(({ from }) =>
    from.flatMap(({ source }) => source.principals),
  )
  return principals
    .map((principal) => account(principal) ?? principal)
    .filter((name) => name !== `${target}-test`)
}

describe('the AuthorizationPolicies', () => {
  it.each(targets)('allow exactly the callers in the table to call $name', ({ name }) => {
    expect(letInto(name).sort()).toEqual(callersOf(name, calls).sort())
  })

  it.each(Object.keys(calls))('allow each caller of %s what the table says', (name) => {
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

  it('deny calls to pods without a policy', () => {
    expect(policyOf('deny-all')).toEqual({})
  })

  it('allow the same callers as the NetworkPolicies', () => {
    const { letsIn } = readPolicies(objects)
    // Istio creates the gateway's pods, without our labels.
    const callers = callersIn(objects).filter(
      ({ name, namespaceLabels }) => name !== 'outside' && !namespaceLabels && !name.endsWith('-test'),
    )
    for (const target of targets.filter(({ name }) => name !== 'dashboard')) {
      const reaching = callers.filter((caller) => letsIn(target, caller)).map(({ name }) => name)
      expect([target.name, reaching.sort()]).toEqual([target.name, letInto(target.name).sort()])
    }
  })
})

describe('every long-running pod', () => {
  const longRunning = podsOf(objects).filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))

  it.each(['PeerAuthentication', 'AuthorizationPolicy', 'Sidecar'])('has one %s', (kind) => {
    for (const { owner, metadata } of longRunning) {
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

  it('knows exactly the services that it calls', () => {
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

describe('your own databases', () => {
  const own = ['theatre', 'movie', 'payment', 'booking']
  const inTheMesh = (...services: string[]) =>
    renderProfile(
      'production',
      ...[
        'global.istio.enabled=true',
        ...services.map((name) => `${name}.istio.egressHosts={data/${name}.data.svc}`),
      ].flatMap((value) => ['--set', value]),
    )

  it('are known only to the proxies of their services', async () => {
    const sidecars = ofKind(await inTheMesh(...own), 'Sidecar').map(({ metadata, spec }) => [
      metadata.name,
      (spec?.['egress'] as { hosts: string[] }[])[0]?.hosts.filter((host) => host.startsWith('data/')),
    ])
    expect(Object.fromEntries(sidecars)).toEqual({
      ...Object.fromEntries(own.map((name) => [name, [`data/${name}.data.svc`]])),
      dashboard: [],
    })
  })

  it.each(own)('fail the installation with advice if the one of %s is not named', async (name) => {
    const others = own.filter((each) => each !== name)
    await expect(inTheMesh(...others)).rejects.toThrow(
      `${name}: its proxy does not know the database of your own: name its Service, istio.egressHosts={./SERVICE.matinee.svc.cluster.local}`,
    )
  })
})
