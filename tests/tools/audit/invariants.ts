import { keptAnswers, oneWorkAKey } from './answers.ts'
import type { Invariant, Offender } from './invariant.ts'
import { moneyEnds, paidExactly, totalsAgree } from './money.ts'
import { fewSeatsAClient, holdsEnd, seatsOnce } from './seats.ts'
import type { Snapshot } from './rows.ts'
import { statesGoForward } from './states.ts'

/** The rules 1 to 9 of docs/reliability.md, in order. */
const invariants: Invariant[] = [
  seatsOnce,
  paidExactly,
  moneyEnds,
  oneWorkAKey,
  holdsEnd,
  keptAnswers,
  statesGoForward,
  totalsAgree,
  fewSeatsAClient,
]

/** The result of checking one invariant. */
export interface Verdict {
  /** 1 to 9, as in docs/reliability.md. */
  number: number
  rule: string
  /** "1,204 seats of live bookings" */
  lookedAt: string
  offenders: Offender[]
}

/** Every row that breaks a rule, with the number of the rule. */
export function findOffenders(snapshot: Snapshot): (Offender & { number: number })[] {
  return invariants.flatMap((invariant, index) =>
    Array.from(invariant.offenders(snapshot), (offender) => ({ number: index + 1, ...offender })),
  )
}

export function check(snapshot: Snapshot): Verdict[] {
  return invariants.map((invariant, index) => ({
    number: index + 1,
    rule: invariant.rule,
    lookedAt: `${invariant.count(snapshot).toLocaleString('en')} ${invariant.rows}`,
    offenders: [...invariant.offenders(snapshot)],
  }))
}
