/**
 * What the running system needs to sell tickets: one line of the table of `make bench-mesh`, which compares it with and
 * without a mesh. Customers buy through the public address at an even rate.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { core, kubectl } from '../../cluster/support/kube.ts'
import { sendShoppers } from '../../cluster/support/shoppers.ts'

const [label = 'the system'] = process.argv.slice(2)
const seconds = Number(process.env['SECONDS_EACH'] ?? 60)
const perSecond = 20
const namespaces = ['matinee', 'istio-system']
/** A little longer than the interval at which the kubelet measures its containers. */
const sampledMs = 20_000

interface Summary {
  pods: {
    podRef: { namespace: string }
    cpu?: { usageCoreNanoSeconds?: number }
    memory?: { workingSetBytes?: number }
  }[]
}

/** What the pods have used: CPU since they started, in ms, and memory now, in MiB. */
async function usage(): Promise<{ cpuMs: number; memoryMib: number }> {
  await sleep(sampledMs)
  const { items } = await core.listNode()
  const summaries = items.map(async ({ metadata }) => {
    const path = `/api/v1/nodes/${metadata?.name}/proxy/stats/summary`
    return JSON.parse(await kubectl('get', '--raw', path)) as Summary
  })
  const pods = (await Promise.all(summaries))
    .flatMap((summary) => summary.pods)
    .filter(({ podRef }) => namespaces.includes(podRef.namespace))
  const sum = (each: (pod: Summary['pods'][0]) => number | undefined) =>
    pods.reduce((total, pod) => total + (each(pod) ?? 0), 0)
  return {
    cpuMs: sum(({ cpu }) => cpu?.usageCoreNanoSeconds) / 1e6,
    memoryMib: sum(({ memory }) => memory?.workingSetBytes) / 2 ** 20,
  }
}

async function shop(forSeconds: number) {
  const shoppers = await sendShoppers(perSecond, false)
  await sleep(forSeconds * 1_000)
  await shoppers.stop()
  return shoppers
}

await shop(10)
const before = await usage()
const { traffic, confirmed } = await shop(seconds)
const after = await usage()

const times = traffic.outcomes.map(({ ms }) => ms).sort((a, b) => a - b)
const quantile = (part: number) => `${(times[Math.floor(times.length * part)] ?? NaN).toFixed(1)} ms`
const cells = [
  label,
  `${times.length}, ${traffic.failures().length} failed`,
  quantile(0.5),
  quantile(0.99),
  `${((after.cpuMs - before.cpuMs) / confirmed.length).toFixed(0)} ms`,
  `${after.memoryMib.toFixed(0)} MiB`,
]
process.stdout.write(`| ${cells.join(' | ')} |\n`)
