import { paymentsApi } from '@matinee/contracts/payment'
import type { Payment } from '@matinee/contracts/payment'
import { allPages } from '@matinee/service-kit/calls/all-pages'
import { unexpected } from '@matinee/service-kit/calls/answers'
import type { ServiceClient } from '@matinee/service-kit/calls/client'
import type { PaymentClient } from '../domain/context.ts'

export function createPaymentClient(service: ServiceClient): PaymentClient {
  const list = (filter: { bookingId: string } | { unsettled: 'true' }): Promise<Payment[]> =>
    allPages((after) =>
      service.call(paymentsApi.listPayments, { query: { ...filter, limit: '100', after } }),
    ).catch(unexpected)

  return {
    of: (bookingId) => list({ bookingId }),
    unsettled: () => list({ unsettled: 'true' }),
    async settle(id) {
      await service.call(paymentsApi.settlePayment, { params: { id }, body: {} }).catch(unexpected)
    },
    async refund(id) {
      // One key per payment: however often any replica asks, it is one refund.
      const idempotencyKey = `refund-${id}`
      await service
        .call(paymentsApi.refundPayment, { params: { id }, body: {}, idempotencyKey })
        .catch(unexpected)
    },
  }
}
