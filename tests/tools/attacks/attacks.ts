/**
 * Every attack of docs/security.md at once, each from one address, while 20 honest customers buy:
 * `make attacks MINUTES=5`. Fails when more than 1 % of the honest requests fail, a rule of docs/reliability.md is broken,
 * or a service takes more memory than its chart allows.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { startStack } from '@matinee/local-stack/stack'
import type { Stack } from '@matinee/local-stack/stack'
import { createRandom } from '../../simulation/random.ts'
import { audit, report } from '../audit/audit.ts'
import { queueOfCustomers } from '../chaos/customers.ts'
import { createLedger } from '../chaos/ledger.ts'
import { addProgramme } from '../chaos/programme.ts'
import { settle } from '../chaos/settle.ts'
import { createTraffic } from '../chaos/traffic.ts'
import { percentile } from '../bench/measure.ts'
import { residentMib } from '../bench/processes.ts'
import { attacks, createAttacker } from './attackers.ts'

const customers = 20
const goodShare = 0.99

const minutes = Number(process.env['MINUTES'] ?? 5)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000))

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** The memory limit of a service's chart, in MiB. */
async function memoryLimit(name: string): Promise<number> {
  const text = await readFile(new URL(`../../../charts/${name}/values.yaml`, import.meta.url), 'utf8')
  const { resources } = parse(text) as { resources: { limits: { memory: string } } }
  return Number(/^(\d+)Mi$/.exec(resources.limits.memory)?.[1])
}

/** Notes the most memory that each service takes until `over`, in MiB. */
async function watchMemory({ services }: Stack, over: AbortSignal): Promise<Map<string, number>> {
  const most = new Map<string, number>()
  while (!over.aborted) {
    for (const { name, pid } of Object.values(services)) {
      if (pid !== undefined) most.set(name, Math.max(most.get(name) ?? 0, await residentMib(pid)))
    }
    await sleep(500)
  }
  return most
}

async function run(stack: Stack, ended: string[]): Promise<string[]> {
  const { services, adminToken, databaseUrls } = stack
  const url = services.dashboard.url
  const [house, ...wishes] = await addProgramme({ url, adminToken }, minutes)
  const traffic = createTraffic(url)
  const ledger = createLedger()
  const load = { traffic, ledger, random: createRandom(seed), wishes: wishes as [typeof house] }
  const over = new AbortController()
  const honest = Array.from({ length: customers }, () => queueOfCustomers(load, over.signal))
  const attackers = Object.values(attacks).map(async (attack, n) => {
    const attacker = createAttacker({ url, house }, `203.0.113.${n + 1}`)
    await attack(attacker, over.signal)
    await attacker.close()
  })
  const memory = watchMemory(stack, over.signal)
  await sleep(minutes * 60_000)
  over.abort()
  await Promise.all([...honest, ...attackers])

  const urls = { booking: databaseUrls.booking, payment: databaseUrls.payment }
  await settle(urls)
  const verdicts = await audit(urls)
  const bad = [...traffic.failures(), ...ledger.surprises]
  const share = 1 - bad.length / traffic.outcomes.length
  const p95 = percentile(
    traffic.outcomes.map(({ ms }) => ms),
    0.95,
  )
  say('')
  say(
    `${traffic.outcomes.length} honest requests, ${(share * 100).toFixed(2)} % of them served, p95 ${Math.round(p95)} ms`,
  )
  const heavy: string[] = []
  for (const [name, most] of await memory) {
    const limit = await memoryLimit(name)
    say(`${name.padEnd(10)} at most ${Math.round(most)} of ${limit} MiB`)
    if (most > limit) heavy.push(`${name} took ${Math.round(most)} MiB, and its limit is ${limit}`)
  }
  say('')
  for (const line of report(verdicts)) say(line)
  const broken = verdicts.filter(({ offenders }) => offenders.length > 0).map(({ rule }) => `broken: ${rule}`)
  return [...(share < goodShare ? bad.slice(0, 20) : []), ...heavy, ...broken, ...ended]
}

say(`attacks for ${minutes} min, SEED=${seed}: ${Object.keys(attacks).join(', ')}`)
const ended: string[] = []
const stack = await startStack({
  dataDir: resolve('.data/attacks'),
  env: { booking: { HOLD_SECONDS: '20' }, dashboard: { TRUSTED_HOPS: '1' } },
  say,
  onExit: (part, how) => ended.push(`${part} ${how} by itself`),
})
try {
  const violations = await run(stack, ended)
  say('')
  for (const violation of violations) say(`VIOLATION ${violation}`)
  say(violations.length === 0 ? 'no violation' : `${violations.length} violations, SEED=${seed}`)
  if (violations.length > 0) process.exitCode = 1
} finally {
  await stack.stop()
}
