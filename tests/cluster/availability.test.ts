import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { recoveredIn } from '../tools/chaos/traffic.ts'
import { api } from '../e2e/support/api.ts'
import { services } from './support/calls.ts'
import { core, crash, inMesh, kubectl, podsOf } from './support/kube.ts'
import { sendShoppers } from './support/shoppers.ts'

const namespace = 'matinee'
const perSecond = (await inMesh(namespace)) ? 50 : 20
const say = (line: string) => process.stderr.write(`${line}\n`)

beforeAll(async () => {
  for (const name of services)
    await kubectl('scale', '--namespace', namespace, `deployment/${name}`, '--replicas=2')
  for (const name of services) await rolledOut(name)
})

const rolledOut = (name: string) =>
  kubectl('rollout', 'status', '--namespace', namespace, `deployment/${name}`, '--timeout=180s')

async function podOf(name: string): Promise<string> {
  const [pod] = await podsOf(namespace, name)
  if (!pod) throw new Error(`no pod of ${name} runs`)
  return pod
}

/** Runs `disturb` under load. @returns the outcomes of the customers' requests until a little later */
async function underLoad(disturb: () => Promise<void>, insistent = false) {
  const shoppers = await sendShoppers(perSecond, insistent)
  await sleep(2_000)
  await disturb()
  await sleep(3_000)
  await shoppers.stop()
  const { traffic } = shoppers
  expect(shoppers.surprises).toEqual([])
  return { ...shoppers, sent: traffic.outcomes.length, failures: traffic.failures() }
}

/** Expects that every booking that was acknowledged as confirmed still is. */
async function expectKept(confirmed: string[]): Promise<void> {
  expect(confirmed.length).toBeGreaterThan(5)
  for (const id of confirmed)
    expect((await api('GET', `/bookings/${id}`)).body).toMatchObject({ status: 'confirmed' })
}

describe(`at ${perSecond} requests a second, with two replicas`, () => {
  it.each(services)('a rolling restart of %s fails no request', async (name) => {
    const { sent, failures, confirmed } = await underLoad(async () => {
      await kubectl('rollout', 'restart', '--namespace', namespace, `deployment/${name}`)
      await rolledOut(name)
    })
    say(`rolling restart of ${name}: ${sent} requests, ${failures.length} failed`)
    expect(failures).toEqual([])
    await expectKept(confirmed)
  })

  it.each(services)('deleting a pod of %s fails no request', async (name) => {
    const { sent, failures, confirmed } = await underLoad(async () => {
      await core.deleteNamespacedPod({ name: await podOf(name), namespace })
      await rolledOut(name)
    })
    say(`deleted pod of ${name}: ${sent} requests, ${failures.length} failed`)
    expect(failures).toEqual([])
    await expectKept(confirmed)
  })

  it.each(services)(
    'after a crash of a pod of %s every customer gets an answer by retrying',
    async (name) => {
      const { traffic, sent, failures, confirmed } = await underLoad(async () => {
        await crash(namespace, await podOf(name))
        await rolledOut(name)
      }, true)
      say(`crashed pod of ${name}: ${sent} requests, ${failures.length} of them retried`)
      expect(traffic.unanswered).toBe(0)
      await expectKept(confirmed)
    },
  )

  it.each(['mongodb', 'postgres', 'mysql'])(
    '%s killed: requests succeed again soon after its restart',
    async (name) => {
      const pod = `${name}-0`
      let back = 0
      const { traffic, sent, failures, confirmed } = await underLoad(async () => {
        await core.deleteNamespacedPod({ name: pod, namespace, gracePeriodSeconds: 0 })
        const killed = performance.now()
        await kubectl('rollout', 'status', '--namespace', namespace, `statefulset/${name}`, '--timeout=180s')
        back = performance.now()
        say(`${name} killed: ready again after ${((back - killed) / 1_000).toFixed(1)} s`)
        await sleep(12_000)
      }, true)
      const recovered = recoveredIn(traffic.outcomes, back)
      say(
        `${name}: ${sent} requests, ${failures.length} failed; 99 % again ${((recovered ?? NaN) / 1_000).toFixed(1)} s after it was ready`,
      )
      expect(recovered).toBeLessThan(10_000)
      expect(traffic.unanswered).toBe(0)
      await expectKept(confirmed)
    },
  )
})

afterAll(async () => {
  const { items } = await core.listNamespacedPod({ namespace })
  const killed = items.filter(({ status }) =>
    status?.containerStatuses?.some(({ lastState }) => lastState?.terminated?.reason === 'OOMKilled'),
  )
  expect(killed.map(({ metadata }) => metadata?.name)).toEqual([])
})
