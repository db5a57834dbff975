import { expect, it } from '@jest/globals'
import type { Booking } from '@matinee/contracts/booking'
import type { Database } from '@matinee/stores/postgres/connect'
import { createBookingStore } from './booking-store.ts'

const cancelled: Booking = {
  id: 'a',
  reference: 'K7TQ2MXA',
  status: 'cancelled',
  movie: { id: 'm', title: 'M' },
  theatre: { id: 't', name: 'T', city: 'C' },
  screen: '1',
  showtime: '2030-01-01T20:00:00.000Z',
  seats: ['A1'],
  amount: 1_000,
  currency: 'EUR',
  customer: { name: 'N', email: 'n@example.com' },
  refund: 'pending',
  createdAt: '2030-01-01T10:00:00.000Z',
  // The database rounds a time to milliseconds, and we cut it off: the time of reading can be the earlier one.
  updatedAt: '2030-01-01T10:00:00.124Z',
}

it('never lets the time of the last change go back', async () => {
  const written: unknown[] = []
  const query = (_text: string, values: unknown[] = []) => {
    written.push(...values)
    return Promise.resolve({ rowCount: 1, rows: [] })
  }
  const store = createBookingStore({ query } as unknown as Database, { session: 16, address: 64 })

  const ended = await store.endRefund({ booking: cancelled, now: '2030-01-01T10:00:00.123Z' }, 'done')

  expect(ended).toEqual({ ...cancelled, refund: 'done' })
  expect(written).toContain(cancelled.updatedAt)
})
