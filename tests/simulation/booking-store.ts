import type { Booking } from '@matinee/contracts/booking'
import type { Client } from '@matinee/service-kit/http/context'
import type { Claim } from '@matinee/service-kit/http/idempotency'
import type {
  BookingStore,
  Change,
  HoldOutcome,
  SeatLimits,
  Snapshot,
} from '../../apps/booking/src/domain/context.ts'
import { maxHoldsPerCustomer } from '../../apps/booking/src/domain/hold-seats.ts'
import { isLive, seatRow, toBooking } from './booking-tables.ts'
import type { BookingRow, BookingTables } from './booking-tables.ts'
import type { Database } from './database.ts'
import { isHeld, keepAnswer, keyRow } from './key-store.ts'
import type { Process } from './process.ts'

const bookingLock = (id: string) => `booking ${id}`

/** A change of one booking. */
interface Step {
  isDue: (row: BookingRow) => boolean
  fields: () => Partial<BookingRow>
  claim?: Claim | undefined
  isEffect?: boolean
}

/** Whose holds are counted by e-mail address: by session, or else by address. */
const nameOf = (client: Client | undefined) => client?.session ?? client?.address

/** The advisory locks of `live_holds`. */
function clientLocks(client: Client | undefined, email: string): string[] {
  if (!client) return [`email ${email}`]
  return [...(client.session === undefined ? [] : [`session ${client.session}`]), `address ${client.address}`]
}

const nothing = (found: unknown[]) => found.length === 0

/** The statements of booking's `booking-store.ts` and `hold.ts`: the same keys, guards and times. */
export function createBookingStore(
  database: Database,
  process: Process,
  tables: BookingTables,
  limits: SeatLimits,
): BookingStore {
  const { bookings, screenings, takenSeats, keys } = tables
  const { clock } = database
  const show = (row: BookingRow) => toBooking(row, clock())
  const toSnapshot = (booking: Booking): Snapshot => ({ booking, now: new Date(clock()).toISOString() })

  function write(row: BookingRow): void {
    bookings.set(row.booking.id, row)
    if (row.status === 'pending' || row.status === 'confirmed') return
    for (const [seat, id] of takenSeats) if (id === row.booking.id) takenSeats.delete(seat)
  }

  /** Changes one booking and stores the answer with it; null when the guard does not hold. */
  function changeOne(
    what: string,
    id: string,
    { isDue, fields, claim, isEffect = false }: Step,
  ): Promise<Change | null> {
    const rows = [bookingLock(id), ...(claim ? [keyRow(claim)] : [])]
    return database.run<Change | null>(process, {
      what: `${what} ${id}`,
      rows,
      execute() {
        const before = bookings.get(id)
        if (!before || !isDue(before)) return { result: null }
        const after = { ...before, updatedAt: clock(), ...fields() }
        const answer = claim?.answer(show(after))
        return {
          result: { ...toSnapshot(show(after)), changed: true },
          change: {
            rows,
            isEffect,
            commit() {
              write(after)
              if (claim && answer) keepAnswer(keys, claim, answer)
            },
          },
        }
      },
    })
  }

  const read = (id: string) =>
    database.read(process, `find booking ${id}`, () => {
      const row = bookings.get(id)
      return row ? toSnapshot(show(row)) : null
    })

  async function answerAsIs(id: string, status: BookingRow['status'], claim?: Claim): Promise<Change | null> {
    const found = await read(id)
    if (found?.booking.status !== status) return null
    if (claim) {
      const answer = claim.answer(found.booking)
      await database.run(process, {
        what: `keep the answer of ${claim.key}`,
        rows: [keyRow(claim)],
        execute: () => ({
          result: undefined,
          change: {
            rows: [keyRow(claim)],
            commit: () => {
              keepAnswer(keys, claim, answer)
            },
          },
        }),
      })
    }
    return { ...found, changed: false }
  }

  async function answerCancelled(id: string, claim?: Claim): Promise<Booking> {
    const cancelled = await answerAsIs(id, 'cancelled', claim)
    if (!cancelled) throw new Error(`Booking ${id} is not cancelled`)
    return cancelled.booking
  }

  /** Changes all bookings that are due and not locked. */
  function changeMany(
    what: string,
    isDue: (row: BookingRow) => boolean,
    fields: () => Partial<BookingRow>,
    limit = Infinity,
  ): Promise<Snapshot[]> {
    return database.run(process, {
      what,
      isIdle: nothing,
      execute(isLocked) {
        const found = [...bookings.values()].filter(
          (row) => isDue(row) && !isLocked(bookingLock(row.booking.id)),
        )
        const after = found.slice(0, limit).map((row) => ({ ...row, ...fields() }))
        return {
          result: after.map((row) => toSnapshot(show(row))),
          ...(after.length > 0 && {
            change: {
              rows: after.map(({ booking }) => bookingLock(booking.id)),
              commit() {
                after.forEach(write)
              },
            },
          }),
        }
      },
    })
  }

  const isOver = ({ status, expiresAt }: BookingRow) => status === 'pending' && expiresAt <= clock()

  return {
    find: read,

    findByReference: () => Promise.reject(new Error('No customer asks for this here')),

    lookAt: (movieId, theatreId, showtimes) =>
      database.read(process, 'look at the screening', () => {
        const showtime = showtimes.find((time) => Date.parse(time) > clock()) ?? null
        const screening = `${movieId} ${theatreId} ${showtime}`
        const live = [...bookings.values()].filter(
          (row) => row.screening === screening && isLive(row, clock()),
        )
        return {
          now: new Date(clock()).toISOString(),
          showtime,
          plan: screenings.get(screening) ?? null,
          taken: live.flatMap(({ booking }) =>
            booking.seats.filter((seat) => takenSeats.get(seatRow(screening, seat)) === booking.id),
          ),
        }
      }),

    hold(booking, plan, claim, client) {
      const screening = `${booking.movie.id} ${booking.theatre.id} ${booking.showtime}`
      const email = booking.customer.email.toLowerCase().replace(/(.)\+.*@/, '$1@')
      const seats = booking.seats.map((seat) => seatRow(screening, seat))
      const rows = [keyRow(claim), ...clientLocks(client, email), ...seats]
      const answer = claim.answer(booking)
      return database.run<HoldOutcome>(process, {
        what: `hold ${booking.seats.join(' ')} as ${booking.id}`,
        rows,
        execute() {
          if (!isHeld(keys, claim)) return { result: 'claim-lost' }
          const live = [...bookings.values()].filter(
            (row) => row.status === 'pending' && row.expiresAt > clock(),
          )
          const isOverLimit = (kind: keyof SeatLimits) => {
            const held = live.filter((row) => row.client?.[kind] === client?.[kind])
            const count = held.flatMap((row) => row.booking.seats).length
            return client?.[kind] !== undefined && count + seats.length > limits[kind]
          }
          if (isOverLimit('session') || isOverLimit('address')) return { result: 'too-many-seats' }
          const holds = live.filter(
            (row) => row.email === email && (!client || nameOf(row.client) === nameOf(client)),
          )
          if (holds.length >= maxHoldsPerCustomer) return { result: 'too-many-holds' }
          if (seats.some((seat) => takenSeats.has(seat))) return { result: 'race-lost' }
          const expiresAt = Date.parse(booking.expiresAt ?? '')
          return {
            result: 'held',
            change: {
              rows,
              isEffect: true,
              commit() {
                screenings.set(screening, plan)
                bookings.set(booking.id, {
                  booking,
                  status: 'pending',
                  screening,
                  email,
                  client,
                  expiresAt,
                  checkAfter: expiresAt - 3_000,
                  paymentId: null,
                  confirmedAt: null,
                  refund: null,
                  updatedAt: Date.parse(booking.updatedAt),
                })
                for (const seat of seats) takenSeats.set(seat, booking.id)
                keepAnswer(keys, claim, answer)
              },
            },
          }
        },
      })
    },

    async confirm({ booking: { id }, now }, paymentId, claim) {
      const confirmed = await changeOne('confirm', id, {
        isDue: (row) => row.status === 'pending' && row.expiresAt > clock(),
        fields: () => ({
          status: 'confirmed',
          paymentId,
          confirmedAt: clock(),
          updatedAt: Date.parse(now),
        }),
        claim,
        isEffect: true,
      })
      return confirmed ?? (await answerAsIs(id, 'confirmed', claim))
    },

    async cancel(id) {
      const cancelled = await changeOne('cancel', id, {
        isDue: (row) => isLive(row, clock()) && Date.parse(row.booking.showtime) > clock(),
        fields: () => ({ status: 'cancelled', refund: 'pending', checkAfter: clock() + 5_000 }),
        isEffect: true,
      })
      return cancelled ?? (await answerAsIs(id, 'cancelled'))
    },

    async expire(id) {
      if (id === undefined) {
        const expired = await changeMany('expire holds', isOver, () => ({
          status: 'expired',
          updatedAt: clock(),
        }))
        return expired.map(({ booking }) => booking)
      }
      const expired = await changeOne('expire', id, {
        isDue: isOver,
        fields: () => ({ status: 'expired' }),
      })
      return expired ? [expired.booking] : []
    },

    async endRefund({ booking: { id }, now }, refund, claim) {
      const ended = await changeOne('end the refund of', id, {
        isDue: (row) => row.refund === 'pending',
        fields: () => ({ refund, updatedAt: Date.parse(now) }),
        claim,
      })
      return ended?.booking ?? (await answerCancelled(id, claim))
    },

    answerCancelled,

    takeExpiring: (limit) =>
      changeMany(
        'take those about to expire',
        (row) => row.status === 'pending' && row.expiresAt > clock() && row.checkAfter <= clock(),
        () => ({ checkAfter: clock() + 1_000 }),
        limit,
      ),

    takeRefundable: (limit) =>
      changeMany(
        'take pending refunds',
        (row) => row.refund === 'pending' && row.checkAfter <= clock(),
        () => ({ checkAfter: clock() + 5_000 }),
        limit,
      ),
  }
}
