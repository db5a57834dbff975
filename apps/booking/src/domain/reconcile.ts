import type { Booking } from '@matinee/contracts/booking'
import type { Payment } from '@matinee/contracts/payment'
import { confirmPaid, pays } from './confirm-booking.ts'
import type { Context } from './context.ts'
import { refundBooking, refundPayment } from './refund-payment.ts'

const batch = 32
/** So many failures in a row mean that payment is away, not that one row is odd. */
const patience = 5

/** Confirms the bookings that are paid and about to expire. @returns whether there may be more */
export async function confirmBeforeExpiry(context: Context): Promise<boolean> {
  const expiring = await context.bookings.takeExpiring(batch)
  const results = await Promise.allSettled(expiring.map((booking) => confirmIfPaid(context, booking)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return expiring.length === batch
}

async function confirmIfPaid(context: Context, booking: Booking): Promise<void> {
  const payment = (await context.payments.of(booking.id)).find((candidate) => pays(candidate, booking))
  if (payment) await confirmPaid(context, booking.id, payment.id)
}

/** Finds the place of every payment that no booking has claimed: its booking's confirmation, or a refund. */
export async function settlePayments(context: Context): Promise<boolean> {
  await forEach(await context.payments.unsettled(), (payment) => settlePayment(context, payment))
  return false
}

async function settlePayment(context: Context, payment: Payment): Promise<void> {
  const booking = await findSettled(context, payment.bookingId)
  if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {
    await context.payments.settle(payment.id)
  } else if (booking?.status === 'pending' && pays(payment, booking)) {
    // When it has moved on meanwhile, the next round sees to the payment.
    await confirmPaid(context, booking.id, payment.id)
  } else {
    await refundPayment(context, payment.id)
  }
}

/**
 * The booking in a state that money may go by. One that only looks expired may be in the middle of its confirmation:
 * to expire it for good waits for that.
 */
async function findSettled({ bookings, events }: Context, id: string): Promise<Booking | null> {
  const booking = await bookings.find(id)
  if (booking?.status !== 'expired') return booking
  for (const expired of await bookings.expire(id)) events.bookingExpired(expired)
  return await bookings.find(id)
}

/** Gives back what the cancellations could not. @returns whether there may be more */
export async function finishRefunds(context: Context): Promise<boolean> {
  const cancelled = await context.bookings.takeRefundable(batch)
  await forEach(cancelled, (booking) => refundBooking(context, booking))
  return cancelled.length === batch
}

/** Goes on after a failure, so that one odd row does not hold up the others; throws the last one at the end. */
async function forEach<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = []
  let inARow = 0
  for (const item of items) {
    try {
      await work(item)
      inARow = 0
    } catch (error) {
      failures.push(error)
      inARow += 1
      if (inARow === patience) break
    }
  }
  if (failures.length > 0) throw failures.at(-1)
}
