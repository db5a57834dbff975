import type { Booking } from '@matinee/contracts/booking'
import type { Kit } from '@matinee/service-kit/lifecycle/service'
import type { ScreeningKey } from './domain/screening.ts'

export type Events = ReturnType<typeof createEvents>

/** The business events of this service, one function each: a log line and, where it matters, a counter. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const held = metrics.event('bookings_held', 'Bookings made, with their seats held')
  const confirmed = metrics.event('bookings_confirmed', 'Bookings confirmed')
  const expired = metrics.event('bookings_expired', 'Holds that were not confirmed in time')
  const cancelled = metrics.event('bookings_cancelled', 'Bookings cancelled')
  const refunded = metrics.event('payments_refunded', 'Refunds asked of the payment service')
  const refundsFailed = metrics.event('refunds_failed', 'Refunds left to the reconciler')
  const settlesFailed = metrics.event('settles_failed', 'Settlements left to the reconciler')
  return {
    seatsHeld({ id, screen, showtime, seats }: Booking) {
      held.inc()
      logger.info('seats held', { bookingId: id, screen, showtime, seats })
    },
    bookingConfirmed({ id, paymentId }: Booking) {
      confirmed.inc()
      logger.info('booking confirmed', { bookingId: id, paymentId })
    },
    bookingExpired({ id, seats }: Booking) {
      expired.inc()
      logger.info('booking expired', { bookingId: id, seats })
    },
    bookingCancelled({ id, seats }: Booking) {
      cancelled.inc()
      logger.info('booking cancelled', { bookingId: id, seats })
    },
    paymentRefunded(paymentId: string) {
      refunded.inc()
      logger.info('payment refunded', { paymentId })
    },
    refundFailed({ id }: Booking, error: unknown) {
      refundsFailed.inc()
      logger.warn('refund left to the reconciler', { bookingId: id, error })
    },
    settleFailed(error: unknown) {
      settlesFailed.inc()
      logger.warn('settlement left to the reconciler', { error })
    },
    seatMapFailed(key: ScreeningKey, error: unknown) {
      logger.warn('the seat map cannot be read', { ...key, error })
    },
  }
}
