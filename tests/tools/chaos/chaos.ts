/**
 * Customers buy tickets while services and databases are killed: `make chaos MINUTES=5 SEED=1`. Fails when an
 * acknowledged result is lost, a seat or a charge doubled, a rule of docs/reliability.md broken, or the recovery slow.
 * DURABLE=0 shows that it can fail: the databases then lose acknowledged writes when they are killed. CLUSTER=1 kills the pods
 * of `make up` in place of processes.
 */
import { createRandom } from '../../simulation/random.ts'
import { audit, report } from '../audit/audit.ts'
import { takeSnapshot } from '../audit/snapshot.ts'
import { admin, queueOfCustomers } from './customers.ts'
import { demoSystem } from './demo-system.ts'
import { killParts } from './kills.ts'
import type { Kill } from './kills.ts'
import { acknowledged, createLedger, findLost } from './ledger.ts'
import { addProgramme } from './programme.ts'
import { settle } from './settle.ts'
import { createTraffic, recoveredIn } from './traffic.ts'
import type { System } from './system.ts'
import type { Traffic } from './traffic.ts'

const customers = 20
const recoverWithinMs = 10_000

const minutes = Number(process.env['MINUTES'] ?? 5)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000))

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function tableOf(kills: Kill[], { outcomes }: Traffic): { lines: string[]; slow: string[] } {
  const seconds = (ms: number | undefined) => (ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`)
  const rows = kills.map(({ part, killed, started, ready }) => {
    const recovered = recoveredIn(outcomes, ready)
    return { part, down: started - killed, start: ready - started, recovered }
  })
  return {
    lines: [
      'kill  part        down    start   99 % again after',
      ...rows.map(
        ({ part, down, start, recovered }, index) =>
          `${String(index + 1).padStart(4)}  ${part.padEnd(10)}  ${seconds(down).padEnd(6)}  ${seconds(start).padEnd(6)}  ${seconds(recovered)}`,
      ),
    ],
    slow: rows
      .filter(({ recovered }) => recovered === undefined || recovered > recoverWithinMs)
      .map(({ part, recovered }) => `${part} was back, and 99 % of the requests after ${seconds(recovered)}`),
  }
}

async function chaos(system: System): Promise<string[]> {
  const random = createRandom(seed)
  const traffic = createTraffic(system.url)
  const ledger = createLedger()
  const load = { traffic, ledger, random, wishes: await addProgramme(system, minutes) }
  const over = new AbortController()
  const crowd = Array.from({ length: customers }, () => queueOfCustomers(load, over.signal))
  crowd.push(admin(load, system.adminToken, over.signal))
  const kills = await killParts(system.parts, createRandom(seed), minutes * 60_000, say).finally(() => {
    over.abort()
  })
  await Promise.all(crowd)

  const urls = await system.openStores()
  await settle(urls)
  const lost = await findLost(ledger, async <T>(path: string) => {
    const reply = await traffic.insist('GET', path)
    return reply?.status === 200 ? (reply.body as T) : undefined
  })
  const verdicts = await audit(urls)
  const { payments } = (await takeSnapshot(urls)).payment
  const kept = payments.filter(({ charge, isPaidBack }) => charge === 'captured' && !isPaidBack)
  const charged = Map.groupBy(kept, ({ bookingId }) => bookingId)
  const twice = [...charged]
    .filter(([, charges]) => charges.length > 1)
    .map(([id]) => `booking ${id} is paid twice`)
  const doubled = (verdicts[0]?.offenders ?? []).map(({ row, breaks }) => `${row}: ${breaks}`)
  const broken = verdicts.filter(({ offenders }) => offenders.length > 0).map(({ rule }) => `broken: ${rule}`)
  const table = tableOf(kills, traffic)

  const counts = acknowledged(ledger)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const failed = traffic.failures().length
  say('')
  for (const line of table.lines) say(line)
  say('')
  say(`${traffic.outcomes.length} requests, ${failed} of them without an answer or with 5xx`)
  say(
    `acknowledged  ${total} (${Object.entries(counts)
      .map(([what, n]) => `${n} ${what}`)
      .join(', ')})`,
  )
  say(`lost          ${lost.length}`)
  say(`doubled       ${doubled.length} seats, ${twice.length} charges`)
  say('')
  for (const line of report(verdicts)) say(line)
  return [...lost, ...doubled, ...twice, ...broken, ...table.slow, ...ledger.surprises, ...system.ended]
}

say(`chaos for ${minutes} min, SEED=${seed}, ${customers} customers`)
// Loaded only where there is a cluster.
const system = process.env['CLUSTER']
  ? await (await import('./cluster-system.ts')).clusterSystem()
  : await demoSystem(say)
try {
  const violations = await chaos(system)
  say('')
  for (const violation of violations) say(`VIOLATION ${violation}`)
  say(violations.length === 0 ? 'no violation' : `${violations.length} violations, SEED=${seed}`)
  if (violations.length > 0) process.exitCode = 1
} finally {
  await system.stop()
}
