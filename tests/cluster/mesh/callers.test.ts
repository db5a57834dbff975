import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@matinee/test-kit/eventually'
import { allAttempts, attempt, nameOf } from '../support/attempts.ts'
import type { Attempt, Outcome } from '../support/attempts.ts'
import { callersOf, databasePorts, gateway, readCalls } from '../support/calls.ts'
import { kubectl, objects, startPod } from '../support/kube.ts'

const namespace = 'matinee'
const calls = await readCalls()
const callers = [...Object.keys(calls), ...Object.keys(databasePorts), gateway, 'movie-seed', 'stranger']
const attempts = allAttempts(calls)
const probe = { 'matinee-probe': 'true' }

/**
 * The NetworkPolicies would block most of these callers, by their labels, before they reach a proxy. This one admits all
 * probes, so that only the identity in their certificates decides.
 */
const open = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'probes', namespace },
  spec: {
    podSelector: { matchLabels: { 'app.kubernetes.io/part-of': 'matinee' } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: probe } }] }],
  },
}

/** The outcome of an attempt by the table. Without HTTP, a refusal is a closed connection. */
function expected(caller: string, each: Attempt): Outcome {
  const { target } = each
  const isCaller = callersOf(target, calls).includes(caller)
  if ('port' in each) return isCaller ? 'let in' : 'cut off'
  const allowed = calls[target]?.[caller]?.some(
    ({ methods, paths }) => methods.includes(each.method) && paths.includes(each.path),
  )
  return (allowed ?? isCaller) ? 'let in' : 'refused'
}

beforeAll(async () => {
  await objects.create(open)
  await Promise.all([
    ...callers.map((caller) =>
      startPod(namespace, `probe-${caller}`, {
        serviceAccountName: caller === 'stranger' ? 'default' : caller,
        labels: { ...probe, 'sidecar.istio.io/inject': 'true' },
      }),
    ),
    startPod(namespace, 'probe-plain', { serviceAccountName: 'dashboard', labels: probe }),
  ])
})

afterAll(async () => {
  await kubectl('delete', '--namespace', namespace, 'networkpolicy/probes')
  await kubectl('delete', '--namespace', namespace, 'pod', '--selector', 'matinee-probe')
})

describe('by its certificate alone', () => {
  it.each(callers)('%s may do what the table says, and nothing else', async (caller) => {
    const should = Object.fromEntries(attempts.map((each) => [nameOf(each), expected(caller, each)]))
    // A policy takes a moment to apply to a new pod.
    await eventually(async () => {
      expect(await attempt(namespace, `probe-${caller}`, attempts)).toEqual(should)
    }, 15_000)
  })
})

describe('without a sidecar', () => {
  it('nobody gets an answer, not even with the service account of the dashboard: plain text is refused', async () => {
    const outcomes = await attempt(namespace, 'probe-plain', attempts)
    expect(outcomes).toEqual(Object.fromEntries(attempts.map((each) => [nameOf(each), 'cut off'])))
  })
})
