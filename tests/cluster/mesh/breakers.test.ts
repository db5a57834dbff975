import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadYaml } from '@kubernetes/client-node'
import type { KubernetesObject } from '@kubernetes/client-node'
import { api, holdSeat } from '../../e2e/support/api.ts'
import { helm, kubectl, objects, podsOf } from '../support/kube.ts'

/** One of two pods of payment fails, and each confirmation calls payment: which layer reacts, and does it help? */
const namespace = 'matinee'
const tries = 150

const set = (release: string, ...values: string[]) =>
  helm(
    ...['upgrade', release, `charts/${release}`, '--namespace', namespace, '--reset-then-reuse-values'],
    ...['--no-hooks', '--wait', '--timeout', '3m'],
    ...values.flatMap((value) => ['--set', value]),
  )

/** A counter of booking's proxy for calls to payment. */
async function counted(name: string): Promise<number> {
  const [pod = ''] = await podsOf(namespace, 'booking')
  const stats = await kubectl(
    ...['exec', '--namespace', namespace, pod, '--container', 'istio-proxy', '--'],
    ...['pilot-agent', 'request', 'GET', `stats?filter=^cluster.outbound.80.*payment.*${name}$`],
  )
  return [...stats.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
}

async function breakerOpened(): Promise<boolean> {
  const [pod = ''] = await podsOf(namespace, 'booking')
  const logs = await kubectl('logs', '--namespace', namespace, pod, '--since=60s')
  return /"dependency":"payment".*"state":"open"|"state":"open".*"dependency":"payment"/.test(logs)
}

let fault: KubernetesObject

beforeAll(async () => {
  await kubectl('scale', '--namespace', namespace, 'deployment/payment', '--replicas=2')
  await kubectl('rollout', 'status', '--namespace', namespace, 'deployment/payment', '--timeout=120s')
  const file = await readFile(new URL('../../../k8s/faults/payment-failing.yaml', import.meta.url), 'utf8')
  const always = file
    .replace('app.kubernetes.io/name: payment', "fails: 'true'")
    .replace(/numerator: \d+/, 'numerator: 100')
  fault = loadYaml<KubernetesObject>(always)
  fault.metadata = { name: 'one-pod-fails', namespace }
})

afterAll(async () => {
  await kubectl('delete', 'envoyfilter', '--namespace', namespace, 'one-pod-fails', '--ignore-not-found')
  await set('payment', 'istio.outlierDetection.enabled=true')
  await set('booking', 'config.BREAKER=on')
  await kubectl('scale', '--namespace', namespace, 'deployment/payment', '--replicas=1')
})

describe.each([
  { breaker: 'off', ejects: false },
  { breaker: 'on', ejects: false },
  { breaker: 'off', ejects: true },
  { breaker: 'on', ejects: true },
])("with booking's breaker $breaker, and outlier detection of payment: $ejects", ({ breaker, ejects }) => {
  it('reports which layer reacted', async () => {
    await kubectl('delete', 'envoyfilter', '--namespace', namespace, 'one-pod-fails', '--ignore-not-found')
    await set('payment', `istio.outlierDetection.enabled=${ejects}`)
    await kubectl('scale', '--namespace', namespace, 'deployment/payment', '--replicas=2')
    await set('booking', `config.BREAKER=${breaker}`)
    await kubectl('rollout', 'restart', '--namespace', namespace, 'deployment/booking')
    await kubectl('rollout', 'status', '--namespace', namespace, 'deployment/booking', '--timeout=120s')
    await kubectl('rollout', 'status', '--namespace', namespace, 'deployment/payment', '--timeout=120s')
    const { id } = await holdSeat()
    const [bad = ''] = await podsOf(namespace, 'payment')
    await kubectl('label', '--namespace', namespace, `pod/${bad}`, 'fails=true', '--overwrite')
    await objects.create(structuredClone(fault))
    await sleep(3_000)

    const before = await counted('upstream_rq_total')
    let failed = 0
    for (let n = 0; n < tries; n += 1) {
      if ((await api('POST', `/bookings/${id}/confirm`)).status >= 500) failed += 1
      await sleep(50)
    }
    const ejections = await counted('ejections_enforced_total')
    const opened = await breakerOpened()
    const calls = (await counted('upstream_rq_total')) - before
    process.stderr.write(
      `breaker ${breaker}, ejection ${ejects ? 'on' : 'off'}: ${failed} of ${tries} failed, ` +
        `${opened ? 'opened' : 'not opened'}, ${ejections} ejections, ${calls} calls\n`,
    )
    if (breaker === 'off') expect(opened).toBe(false)
    expect(ejections > 0).toBe(ejects)
    // Ejecting the bad pod saves nearly all requests; a breaker alone cannot tell the pods apart.
    if (ejects) expect(failed).toBeLessThan(tries / 10)
    await kubectl('label', '--namespace', namespace, `pod/${bad}`, 'fails-')
  })
})
