import type { Payment } from '@matinee/contracts/payment'
import { confirmPaid, pays } from './confirm-booking.ts'
import type { Context, Snapshot } from './context.ts'
import { refundBooking, refundPayment } from './refund-payment.ts'

const batch = 32
/** How many payments are settled or refunded at once: many enough for speed, few enough to leave turns to customers. */
const concurrency = 8

/** Confirms the bookings that are paid and about to expire. @returns whether there may be more */
export async function confirmBeforeExpiry(context: Context): Promise<boolean> {
  const expiring = await context.bookings.takeExpiring(batch)
  const results = await Promise.allSettled(expiring.map((snapshot) => confirmIfPaid(context, snapshot)))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
  return expiring.length === batch
}

async function confirmIfPaid(context: Context, snapshot: Snapshot): Promise<void> {
  const { booking } = snapshot
  const payment = (await context.payments.of(booking.id)).find((candidate) => pays(candidate, booking))
  if (payment) await confirmPaid(context, snapshot, payment.id)
}

/** Handles every payment that no booking has claimed: settles it, confirms its booking, or refunds it. @returns false */
export async function settlePayments(context: Context): Promise<boolean> {
  await forEach(await context.payments.unsettled(), (payment) => settlePayment(context, payment))
  return false
}

async function settlePayment(context: Context, payment: Payment): Promise<void> {
  const snapshot = await findFinal(context, payment.bookingId)
  const booking = snapshot?.booking
  if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {
    await context.payments.settle(payment.id)
  } else if (snapshot?.booking.status === 'pending' && pays(payment, snapshot.booking)) {
    // If the booking has changed since it was read, the next run settles or refunds the payment.
    await confirmPaid(context, snapshot, payment.id)
  } else {
    await refundPayment(context, payment.id)
  }
}

/**
 * The booking in a state that decides about money. One that only looks expired may be in the middle of its confirmation;
 * expiring it waits for that.
 */
async function findFinal({ bookings, events }: Context, id: string): Promise<Snapshot | null> {
  const snapshot = await bookings.find(id)
  if (snapshot?.booking.status !== 'expired') return snapshot
  for (const expired of await bookings.expire(id)) events.bookingExpired(expired)
  return await bookings.find(id)
}

/** Finishes the refunds that cancellations left pending. @returns whether there may be more */
export async function finishRefunds(context: Context): Promise<boolean> {
  const cancelled = await context.bookings.takeRefundable(batch)
  await forEach(cancelled, (snapshot) => refundBooking(context, snapshot))
  return cancelled.length === batch
}

/**
 * Works on a few items at once. Continues after a failure, so that one odd row does not hold up the others, but not when all
 * fail: then payment is down. Throws the last error at the end.
 */
async function forEach<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const failures: unknown[] = []
  for (let first = 0; first < items.length; first += concurrency) {
    const results = await Promise.allSettled(items.slice(first, first + concurrency).map(work))
    const failed = results.filter((result) => result.status === 'rejected')
    failures.push(...failed.map(({ reason }) => reason as unknown))
    if (failed.length === results.length) break
  }
  if (failures.length > 0) throw failures.at(-1)
}
