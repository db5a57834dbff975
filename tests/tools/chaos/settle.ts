import { setTimeout as sleep } from 'node:timers/promises'
import { takeSnapshot } from '../audit/snapshot.ts'
import type { StoreUrls } from '../audit/snapshot.ts'

const settleWithinMs = 70_000

/** Waits until nothing is in flight; the rules limit how long that may take. */
export async function settle(urls: StoreUrls): Promise<void> {
  const until = performance.now() + settleWithinMs
  while (performance.now() < until) {
    const { booking, payment } = await takeSnapshot(urls)
    const isBusy =
      booking.bookings.some(({ status, refund }) => status === 'pending' || refund === 'pending') ||
      payment.payments.some(
        ({ status, isSettled, isReturned }) =>
          status === 'processing' ||
          (status === 'captured' && !isSettled) ||
          (status === 'refunded' && !isReturned),
      )
    if (!isBusy) return
    await sleep(1_000)
  }
}
