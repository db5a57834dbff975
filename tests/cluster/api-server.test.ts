import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { KubernetesObject } from '@kubernetes/client-node'
import { core, kubectl, objects, profile, render, startNamespace } from './support/kube.ts'

const namespace = 'matinee-api-server'

beforeAll(() => startNamespace(namespace))

afterAll(async () => {
  await core.deleteNamespace({ name: namespace })
})

/** API groups that a plain cluster lacks: the Prometheus Operator's, Istio's, the Gateway API's. */
const addOns = /^(monitoring\.coreos\.com|(networking|security)\.istio\.io|gateway\.networking\.k8s\.io)\//
const served = (await kubectl('api-versions')).split('\n')

interface PodSpec {
  serviceAccountName?: string
  volumes?: object[]
}

interface Workload extends KubernetesObject {
  spec?: PodSpec & { template?: { spec?: PodSpec }; volumeClaimTemplates?: { metadata: { name: string } }[] }
}

/** Sends an object to the API server in a dry run, which validates and admits it. @returns the error, if any */
async function dryRun(object: KubernetesObject): Promise<string | undefined> {
  try {
    await objects.create(object, undefined, 'All')
    return undefined
  } catch (error) {
    return `${object.kind} ${object.metadata?.name}: ${(error as Error).message.split('\nHeaders')[0]}`
  }
}

/** An object and its pod, because Pod Security checks pods. A dry run creates no service account, so the pod names none. */
function withPod(object: Workload): Workload[] {
  const { metadata, spec } = object
  const { serviceAccountName: _, ...pod } = (object.kind === 'Pod' ? spec : spec?.template?.spec) ?? {}
  if (Object.keys(pod).length === 0) return [object]
  // A StatefulSet adds the volumes of its claims.
  const claims = (spec?.volumeClaimTemplates ?? []).map((claim) => ({
    name: claim.metadata.name,
    emptyDir: {},
  }))
  pod.volumes = [...(pod.volumes ?? []), ...claims]
  const made = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: metadata?.name ?? '', namespace },
    spec: pod,
  }
  return object.kind === 'Pod' ? [made] : [object, made]
}

describe.each(['default', 'lite', 'mesh', 'production'])('profile %s', (name) => {
  it('is accepted by the API server, with every pod under `restricted`', async () => {
    // The running system already uses the node port.
    const all = await render(
      'charts/matinee',
      namespace,
      '--values',
      profile(name),
      '--set',
      'dashboard.service.nodePort=null',
    )
    const known = all.filter(({ apiVersion = '' }) => !addOns.test(apiVersion) || served.includes(apiVersion))
    const checked = known.flatMap(withPod)
    expect(checked.filter(({ kind }) => kind === 'Pod').length).toBeGreaterThanOrEqual(10)
    const refused = await Promise.all(checked.map(dryRun))
    expect(refused.filter(Boolean)).toEqual([])
  })
})

it('a privileged pod is refused in the namespace of Matinee', async () => {
  const privileged = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'privileged', namespace: 'matinee' },
    spec: { containers: [{ name: 'shell', image: 'busybox:1.37', securityContext: { privileged: true } }] },
  }
  await expect(objects.create(privileged)).rejects.toThrow(/violates PodSecurity .*restricted/)
})

it('every pod of Matinee runs in a namespace that enforces `restricted`', async () => {
  const label = 'app.kubernetes.io/part-of=matinee'
  const namespaces = await kubectl(
    ...['get', 'pods', '--all-namespaces', '--selector', label],
    ...['--output', 'jsonpath={.items[*].metadata.namespace}'],
  )
  const names = [...new Set(namespaces.split(' '))]
  expect(names).toContain('matinee')
  for (const name of names) {
    const { metadata } = await core.readNamespace({ name })
    expect(metadata?.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
  }
})
