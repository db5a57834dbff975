import { bookingsApi } from '@matinee/contracts/booking'
import type { BookingInput } from '@matinee/contracts/booking'
import { paymentsApi } from '@matinee/contracts/payment'
import { UpstreamProblem } from '@matinee/service-kit/calls/client'
import type { ServiceClient } from '@matinee/service-kit/calls/client'
import { timeLeft } from '@matinee/service-kit/http/context'
import { ProblemError } from '@matinee/service-kit/http/problem'
import { createPaymentClient } from '../../apps/booking/src/clients/payment.ts'
import { cancelBooking } from '../../apps/booking/src/domain/cancel-booking.ts'
import { confirmBooking } from '../../apps/booking/src/domain/confirm-booking.ts'
import type { Context } from '../../apps/booking/src/domain/context.ts'
import { readBooking } from '../../apps/booking/src/domain/read-bookings.ts'
import { holdSeats } from '../../apps/booking/src/domain/hold-seats.ts'
import { bookingJobs } from '../../apps/booking/src/domain/jobs.ts'
import { createBookingStore } from './booking-store.ts'
import type { BookingTables } from './booking-tables.ts'
import { movie, theatre } from './cinema.ts'
import type { Database } from './database.ts'
import { createKeyStore } from './key-store.ts'
import { TimedOut } from './network.ts'
import type { Answer, Network, Request } from './network.ts'
import type { Process } from './process.ts'
import { createReplica, repeatJobs } from './replica.ts'
import type { World } from './world.ts'

/** As in the kit's `baseConfig`. */
const requestTimeoutMs = 10_000
const callTimeoutMs = 1_500

/** A little longer than payment waits before it lists a payment as unsettled, so that the two events meet. */
export const holdSeconds = 32

/** Less than there are seats, so that clients meet them. */
export const seatLimits = { session: 2, address: 3 }

/** The kit's service client on the simulated network: one retry of safe calls, and the same failures. */
function createSimulatedClient(
  world: World,
  process: Process,
  network: Network,
): Pick<ServiceClient, 'call'> {
  const operations = new Map(
    Object.entries(paymentsApi).map(([name, endpoint]) => [endpoint as object, name]),
  )

  async function attempts(request: Request, isSafe: boolean, isRoutine: boolean): Promise<Answer> {
    const deadline = world.now() + request.timeoutMs
    const isIdle = isRoutine ? ({ body }: Answer) => body.startsWith('{"items":[]') : undefined
    for (let again = isSafe; ; again = false) {
      try {
        const timeoutMs = deadline - world.now()
        const answer = await network.send(process, 'payment', { ...request, timeoutMs }, isIdle)
        if (answer.status < 500) return answer
        if (!again) throw new ProblemError('dependency-unavailable', 'The payment service failed.')
      } catch (error) {
        if (error instanceof TimedOut) throw new ProblemError('dependency-timeout', error.message)
        if (error instanceof ProblemError || !again)
          throw new ProblemError('dependency-unavailable', String(error))
      }
      await world.sleep(50, process)
    }
  }

  return {
    async call(endpoint, call) {
      const { params = {}, query = {}, body, idempotencyKey } = call as Record<string, unknown>
      const request: Request = {
        operation: operations.get(endpoint) ?? '',
        params: params as Record<string, string>,
        query: query as Record<string, unknown>,
        body,
        key: idempotencyKey as string | undefined,
        timeoutMs: Math.min(callTimeoutMs, timeLeft()),
      }
      const isSafe = endpoint.method === 'get' || request.key !== undefined
      const answer = await attempts(request, isSafe, request.query['unsettled'] === 'true')
      const value: unknown = JSON.parse(answer.body)
      if (answer.status >= 400)
        throw new UpstreamProblem('payment', answer.status, value as Record<string, unknown>)
      return value as never
    },
  }
}

/** A replica of booking: its real domain code and jobs on simulated stores. */
export function startBooking(
  world: World,
  process: Process,
  { database, tables, network }: { database: Database; tables: BookingTables; network: Network },
) {
  const tell = (what: string) => () => {
    world.tell(() => `${process.name}: ${what}`)
  }
  const client = createSimulatedClient(world, process, network)
  const context: Context = {
    bookings: createBookingStore(database, process, tables, seatLimits),
    screenings: {
      seats: () => Promise.reject(new Error('Not simulated')),
      occupancy: () => Promise.reject(new Error('Not simulated')),
    },
    seatChanges: { watch: () => () => undefined },
    keys: { deleteExpired: () => Promise.resolve(false) },
    movies: { find: () => Promise.resolve(movie), all: () => Promise.resolve([movie]) },
    theatres: { find: () => Promise.resolve(theatre), allOpen: () => Promise.resolve([theatre]) },
    payments: createPaymentClient(client as ServiceClient),
    events: {
      seatsHeld: tell('seats held'),
      bookingConfirmed: tell('booking confirmed'),
      bookingExpired: tell('booking expired'),
      bookingCancelled: tell('booking cancelled'),
      paymentRefunded: tell('payment refunded'),
      refundFailed: tell('refund left to the reconciler'),
      settleFailed: tell('settlement left to the reconciler'),
      seatMapFailed: tell('the seat map cannot be read'),
    },
    holdSeconds,
    newId: () => world.random.uuid(),
    random: () => world.random.next(),
  }
  repeatJobs(world, process, bookingJobs(context))
  return createReplica(world, process, {
    api: bookingsApi,
    idempotency: { store: createKeyStore(database, process, tables.keys) },
    requestTimeoutMs,
    handlers: {
      createBooking: ({ body, claim }) => holdSeats(context, body as BookingInput, claim),
      getBooking: ({ params: { id = '' } }) => readBooking(context, id),
      confirmBooking: ({ params: { id = '' }, claim }) => confirmBooking(context, id, claim),
      cancelBooking: ({ params: { id = '' }, claim }) => cancelBooking(context, id, claim),
    },
  })
}
