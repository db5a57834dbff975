import type { Kit } from '@matinee/service-kit/lifecycle/service'
import type { PaymentRecord } from './domain/payment.ts'

export type Events = ReturnType<typeof createEvents>

/** What a log line says about a payment: nothing about its card. */
function about({ id, bookingId, amount, currency, status, reason }: PaymentRecord) {
  return { paymentId: id, bookingId, amount, currency, status, ...(reason && { reason }) }
}

/** The business events of this service, one function each: a log line and, where it matters, a counter. */
export function createEvents({ logger, metrics }: Pick<Kit, 'logger' | 'metrics'>) {
  const concluded = {
    captured: metrics.event('payments_captured', 'Cards charged'),
    declined: metrics.event('payments_declined', 'Cards declined'),
    voided: metrics.event('payments_voided', 'Charges abandoned before they happened'),
  }
  const recovered = metrics.event('payments_recovered', 'Payments completed for a process that died')
  const refunded = metrics.event('payments_refunded', 'Payments refunded')
  const settled = metrics.event('payments_settled', 'Payments claimed by a confirmed booking')

  function paymentConcluded(payment: PaymentRecord) {
    if (payment.status in concluded) concluded[payment.status as keyof typeof concluded].inc()
    logger.info('payment concluded', about(payment))
  }

  return {
    paymentConcluded,
    paymentRecovered(payment: PaymentRecord) {
      recovered.inc()
      logger.warn('payment recovered', about(payment))
      paymentConcluded(payment)
    },
    paymentRefunded(payment: PaymentRecord) {
      refunded.inc()
      logger.info('payment refunded', about(payment))
    },
    paymentSettled(payment: PaymentRecord) {
      settled.inc()
      logger.info('payment settled', about(payment))
    },
  }
}
