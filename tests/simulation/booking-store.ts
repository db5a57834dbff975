import type { Booking } from '@matinee/contracts/booking'
import type { BookingStore, HoldOutcome } from '../../apps/booking/src/domain/context.ts'
import { maxHoldsPerCustomer } from '../../apps/booking/src/domain/hold-seats.ts'
import { isLive, seatRow, toBooking } from './booking-tables.ts'
import type { BookingRow, BookingTables } from './booking-tables.ts'
import type { Database, Outcome } from './database.ts'
import { isHeld, keepAnswer, keyRow } from './key-store.ts'
import type { Process } from './world.ts'

const bookingLock = (id: string) => `booking ${id}`
const nothing = (found: Booking[]) => found.length === 0

/** What booking's `booking-store.ts` and `hold.ts` do with their statements: the same keys, guards and times. */
export function createBookingStore(
  database: Database,
  process: Process,
  tables: BookingTables,
): BookingStore {
  const { bookings, screenings, takenSeats, keys } = tables
  const { clock } = database
  const show = (row: BookingRow) => toBooking(row, clock())

  /** Changes rows that are as they must be; the answer shows them as they will be. */
  function change(rows: BookingRow[], changed: (row: BookingRow) => BookingRow): Outcome<Booking[]> {
    const after = rows.map((row) => changed({ ...row }))
    return {
      result: after.map(show),
      ...(after.length > 0 && {
        change: {
          rows: after.map(({ booking }) => bookingLock(booking.id)),
          commit() {
            for (const row of after) {
              bookings.set(row.booking.id, row)
              if (row.status === 'pending' || row.status === 'confirmed') continue
              for (const [seat, id] of takenSeats) if (id === row.booking.id) takenSeats.delete(seat)
            }
          },
        },
      }),
    }
  }

  /** One booking, if it is as it must be once nobody else has it locked. */
  async function changeOne(
    what: string,
    id: string,
    guard: (row: BookingRow) => boolean,
    fields: () => Partial<BookingRow>,
  ): Promise<Booking | null> {
    const [changed] = await database.run(process, {
      what: `${what} ${id}`,
      rows: [bookingLock(id)],
      execute() {
        const row = bookings.get(id)
        return change(row && guard(row) ? [row] : [], (found) => ({
          ...found,
          ...fields(),
          updatedAt: clock(),
        }))
      },
    })
    return changed ?? null
  }

  /** Those that nobody else has locked. */
  function changeMany(
    what: string,
    guard: (row: BookingRow) => boolean,
    fields: () => Partial<BookingRow>,
    limit = Infinity,
  ): Promise<Booking[]> {
    return database.run(process, {
      what,
      isIdle: nothing,
      execute(isLocked) {
        const found = [...bookings.values()].filter(
          (row) => guard(row) && !isLocked(bookingLock(row.booking.id)),
        )
        return change(found.slice(0, limit), (row) => ({ ...row, ...fields() }))
      },
    })
  }

  const isOver = ({ status, expiresAt }: BookingRow) => status === 'pending' && expiresAt <= clock()

  return {
    find: (id) =>
      database.read(process, `find booking ${id}`, () => {
        const row = bookings.get(id)
        return row ? show(row) : null
      }),

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

    hold(booking, plan, claim) {
      const screening = `${booking.movie.id} ${booking.theatre.id} ${booking.showtime}`
      const emailKey = booking.customer.email.toLowerCase()
      const seats = booking.seats.map((seat) => seatRow(screening, seat))
      const rows = [keyRow(claim), `holds of ${emailKey}`, ...seats]
      const answer = claim.answer(booking)
      return database.run<HoldOutcome>(process, {
        what: `hold ${booking.seats.join(' ')} as ${booking.id}`,
        rows,
        execute() {
          if (!isHeld(keys, claim)) return { result: 'claim-lost' }
          const slots = new Set(
            [...bookings.values()]
              .filter((row) => row.emailKey === emailKey && row.status === 'pending')
              .map(({ holdSlot }) => holdSlot),
          )
          const holdSlot = Array.from({ length: maxHoldsPerCustomer }, (_slot, n) => n + 1).find(
            (slot) => !slots.has(slot),
          )
          if (holdSlot === undefined) return { result: 'too-many-holds' }
          if (seats.some((seat) => takenSeats.has(seat))) return { result: 'race-lost' }
          const expiresAt = Date.parse(booking.expiresAt ?? '')
          return {
            result: 'held',
            change: {
              rows,
              commit() {
                screenings.set(screening, plan)
                bookings.set(booking.id, {
                  booking,
                  status: 'pending',
                  screening,
                  emailKey,
                  holdSlot,
                  expiresAt,
                  checkAfter: expiresAt - 3_000,
                  paymentId: null,
                  refund: null,
                  updatedAt: Date.parse(booking.updatedAt),
                  key: claim.key,
                })
                for (const seat of seats) takenSeats.set(seat, booking.id)
                keepAnswer(keys, claim, answer)
              },
            },
          }
        },
      })
    },

    confirm: (id, paymentId) =>
      changeOne(
        'confirm',
        id,
        (row) => row.status === 'pending' && row.expiresAt > clock(),
        () => ({ status: 'confirmed', paymentId }),
      ),

    cancel: (id) =>
      changeOne(
        'cancel',
        id,
        (row) => isLive(row, clock()) && Date.parse(row.booking.showtime) > clock(),
        () => ({ status: 'cancelled', refund: 'pending', checkAfter: clock() + 5_000 }),
      ),

    expire: async (id) => {
      if (id === undefined)
        return await changeMany('expire holds', isOver, () => ({ status: 'expired', updatedAt: clock() }))
      const expired = await changeOne('expire', id, isOver, () => ({ status: 'expired' }))
      return expired ? [expired] : []
    },

    endRefund: (id, refund) =>
      changeOne(
        'end the refund of',
        id,
        (row) => row.refund === 'pending',
        () => ({ refund }),
      ),

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
