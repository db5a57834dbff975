import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubernetes/client-node'
import { core, kubectl, objects, profile, render } from '../src/cluster/kube.ts'

const namespace = 'matinee-api-server'

beforeAll(async () => {
  await core.createNamespace({
    body: { metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
  })
})

afterAll(async () => {
  await core.deleteNamespace({ name: namespace })
})

/** Has the API server check an object, by its schema and admission, without keeping it. */
async function dryRun(object: KubernetesObject): Promise<string | undefined> {
  try {
    await objects.create(object, undefined, 'All')
    return undefined
  } catch (error) {
    return `${object.kind} ${object.metadata?.name}: ${(error as Error).message}`
  }
}

/** The pod that a workload makes, which is what Pod Security looks at. */
function podOf(object: KubernetesObject): KubernetesObject | undefined {
  const { spec } = object as { spec?: { template?: { spec?: object } } }
  return (
    spec?.template?.spec &&
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: object.metadata?.name ?? '', namespace },
      spec: spec.template.spec,
    } as KubernetesObject)
  )
}

describe.each(['default', 'lite', 'production'])('profile %s', (name) => {
  it('is accepted by the API server, and so is every pod of it under `restricted`', async () => {
    // The Prometheus Operator's resources are not part of a plain cluster, nor may the node port be taken twice.
    const all = await render(
      'charts/matinee',
      namespace,
      '--values',
      profile(name),
      '--set',
      'dashboard.service.nodePort=null',
    )
    const known = all.filter(({ apiVersion }) => !apiVersion?.startsWith('monitoring.coreos.com/'))
    const pods = known.map(podOf).filter((pod) => pod !== undefined)
    expect(pods.length).toBeGreaterThanOrEqual(5)
    const refused = await Promise.all([...known, ...pods].map(dryRun))
    expect(refused.filter(Boolean)).toEqual([])
  })
})

it('a privileged pod is refused where Matinee runs', async () => {
  const privileged = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'privileged', namespace: 'matinee' },
    spec: { containers: [{ name: 'shell', image: 'busybox:1.37', securityContext: { privileged: true } }] },
  }
  await expect(objects.create(privileged)).rejects.toThrow(/violates PodSecurity \\?"restricted/)
})

it('every pod of Matinee is under a namespace that enforces `restricted`', async () => {
  const { metadata } = await core.readNamespace({ name: 'matinee' })
  expect(metadata?.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  const elsewhere = await kubectl(
    'get',
    'pods',
    '--all-namespaces',
    '--selector',
    'app.kubernetes.io/part-of=matinee',
    '--output',
    'jsonpath={.items[*].metadata.namespace}',
  )
  expect(new Set(elsewhere.split(' '))).toEqual(new Set(['matinee']))
})
