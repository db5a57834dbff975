import { startBooking } from './booking.ts'
import { createBookingTables } from './booking-tables.ts'
import { createChecks } from './checks.ts'
import { anything, createCustomer } from './customers.ts'
import type { Behaviour, Customer } from './customers.ts'
import { createDatabase } from './database.ts'
import { randomPlan } from './faults.ts'
import type { Plan } from './faults.ts'
import { createLedger } from './ledger.ts'
import { createNetwork } from './network.ts'
import { startPayment } from './payment.ts'
import { createPaymentTables, createProcessorTables } from './payment-tables.ts'
import { createRandom } from './random.ts'
import { createWorld } from './world.ts'

interface Options {
  plan: Plan
  /** One customer each. */
  behaviours: Behaviour[]
  /** The probability that a customer sends a request twice at once. */
  sendsTwice: number
  listen?: ((line: string) => void) | undefined
}

const replicas = 2
/** After the last fault; by then everything must have settled. */
const maxSettlingMs = 100_000
/** How long a run goes on after everything has settled. */
const calmMs = 1_000
const tickMs = 1_000
/** How long customers may take to repeat everything; those who were killed never do. */
const repetitionMs = 10_000

/** Runs the whole system once. @returns the violations */
export async function simulate(seed: number, options: Options): Promise<string[]> {
  const { plan, behaviours, sendsTwice, listen } = options
  const random = createRandom(seed)
  const world = createWorld(plan, random, listen)
  const network = createNetwork(world)
  const ledger = createLedger()
  const booking = createBookingTables()
  const payment = createPaymentTables()
  const processor = createProcessorTables()
  let settledAt: number | undefined
  const customers: Customer[] = []
  let customersLeft = behaviours.length

  function observe(): void {
    checks.observe()
    settledAt = customersLeft === 0 && checks.isSettled() ? (settledAt ?? world.now()) : undefined
  }

  const postgres = createDatabase(world, 'postgres', plan.restartMs, observe)
  const mysql = createDatabase(world, 'mysql', plan.restartMs, observe)
  const { faultsEndMs } = plan
  const checks = createChecks({
    tables: {
      ...{ booking, payment, processor },
      ...{ bookingClock: postgres.clock, paymentClock: mysql.clock, processorClock: world.now },
    },
    ...{ ledger, faultsEndMs, now: world.now },
  })
  for (let n = 1; n <= replicas; n += 1) {
    world.addProcess(`booking-${n}`, (process) => {
      network.addReplica(
        'booking',
        startBooking(world, process, { database: postgres, tables: booking, network }),
      )
    })
    world.addProcess(`payment-${n}`, (process) => {
      network.addReplica(
        'payment',
        startPayment(world, process, { database: mysql, tables: payment, processor }),
      )
    })
  }
  behaviours.forEach((behave, n) => {
    world.addProcess(`customer-${n + 1}`, (process) => {
      // A killed customer does not come back.
      if (process.life > 1) return
      const customer = createCustomer(world, process, { network, ledger, sendsTwice })
      const leave = () => {
        customersLeft -= 1
        process.onDeath.delete(leave)
        observe()
      }
      process.onDeath.add(leave)
      customers.push(customer)
      void behave(customer).then(leave)
    })
  })
  // An overdue row shows without a commit.
  const tick = () => {
    observe()
    world.after(tickMs, tick)
  }
  tick()
  await world.run(
    () =>
      (settledAt !== undefined && !world.isBusy() && world.now() > settledAt + calmMs) ||
      world.now() > faultsEndMs + maxSettlingMs,
  )
  // At the end everybody repeats every request that was answered.
  world.endFaults()
  let hasAsked = false
  void Promise.all(customers.map((customer) => customer.repeatEverything())).then(() => {
    hasAsked = true
  })
  const latest = world.now() + repetitionMs
  await world.run(() => hasAsked || world.now() > latest)
  return [...checks.conclude(), ...world.violations]
}

/** One seed is one schedule: what customers do, and which faults occur. */
export function simulateSeed(seed: number, listen?: (line: string) => void): Promise<string[]> {
  const random = createRandom(seed)
  const behaviours = Array.from({ length: 1 + random.below(4) }, () => anything)
  const sendsTwice = random.pick([0, 0.1])
  return simulate(random.below(2 ** 32), { plan: randomPlan(random), behaviours, sendsTwice, listen })
}
