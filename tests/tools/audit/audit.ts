/** Checks every rule of docs/reliability.md against the stores of a running stack: `make audit`. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { runningStack } from '@matinee/local-stack/running'
import { check } from './invariants.ts'
import type { Verdict } from './invariants.ts'
import type { Offender } from './invariant.ts'
import { takeSnapshot } from './snapshot.ts'
import type { StoreUrls } from './snapshot.ts'

/** The pause between two snapshots: a row counts only if it breaks the rule in both. */
const againAfterMs = 2_000

/**
 * Audits the two stores. They cannot be read at exactly the same moment, so a row counts only if it breaks the rule in the
 * same way again 2 s later.
 */
export async function audit(urls: StoreUrls): Promise<Verdict[]> {
  const first = check(await takeSnapshot(urls))
  if (first.every(({ offenders }) => offenders.length === 0)) return first
  await sleep(againAfterMs)
  const second = check(await takeSnapshot(urls))
  const textOf = ({ row, breaks }: Offender) => `${row}: ${breaks}`
  return second.map((verdict, index) => {
    const before = new Set(first[index]?.offenders.map(textOf))
    return { ...verdict, offenders: verdict.offenders.filter((offender) => before.has(textOf(offender))) }
  })
}

/** One line for each rule that holds, or for each row that breaks it. */
export function report(verdicts: Verdict[]): string[] {
  return verdicts.flatMap(({ number, rule, lookedAt, offenders }) => [
    `${offenders.length === 0 ? 'ok    ' : 'BROKEN'} ${number} ${rule.padEnd(64)} ${lookedAt}`,
    ...offenders.map(({ row, breaks }) => `         ${row}: ${breaks}`),
  ])
}

/** From the environment, or else from the demo that runs here. @throws Error when there is neither */
async function storeUrls(): Promise<StoreUrls> {
  const { BOOKING_DATABASE_URL, PAYMENT_DATABASE_URL } = process.env
  if (BOOKING_DATABASE_URL && PAYMENT_DATABASE_URL) {
    return { booking: BOOKING_DATABASE_URL, payment: PAYMENT_DATABASE_URL }
  }
  const stack = await runningStack()
  if (!stack) throw new Error('No demo is running here. Set BOOKING_DATABASE_URL and PAYMENT_DATABASE_URL.')
  return stack.databaseUrls
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const verdicts = await audit(await storeUrls())
    process.stdout.write(`${report(verdicts).join('\n')}\n`)
    if (verdicts.some(({ offenders }) => offenders.length > 0)) process.exitCode = 1
  } catch (error) {
    process.stderr.write(`audit: ${(error as Error).message}\n`)
    process.exitCode = 1
  }
}
