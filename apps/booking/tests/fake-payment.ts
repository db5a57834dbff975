import { randomUUID } from 'node:crypto'
import type { Payment } from '@matinee/contracts/payment'
import { problemAnswer, startFakeService } from '@matinee/test-kit/fake-service'
import type { FakeAnswer, FakeService, ReceivedCall } from '@matinee/test-kit/fake-service'

export interface FakePayment extends FakeService {
  payments: Payment[]
  settled: Set<string>
  /** The ids of payments that are old enough to be listed as unsettled. */
  old: Set<string>
  /** While set, the answer to every call. */
  broken: FakeAnswer | undefined
  /** Adds a captured payment of the booking's amount. */
  capture(booking: { id: string; amount: number; currency: string }, fields?: Partial<Payment>): Payment
  /** The paths of the POST calls. */
  changes(): string[]
}

/** The payment service as booking sees it. */
export async function startFakePayment(): Promise<FakePayment> {
  const service = await startFakeService((call) => fake.broken ?? answer(call))
  const fake: FakePayment = Object.assign(service, {
    payments: [],
    settled: new Set<string>(),
    old: new Set<string>(),
    broken: undefined,
    capture({ id, amount, currency }: { id: string; amount: number; currency: string }, fields = {}) {
      const payment: Payment = {
        id: randomUUID(),
        bookingId: id,
        amount,
        currency,
        status: 'captured',
        card: { brand: 'visa', last4: '4242' },
        createdAt: '2026-01-01T00:00:00.000Z',
        ...fields,
      }
      fake.payments.push(payment)
      return payment
    },
    changes: () => service.calls.filter(({ method }) => method === 'POST').map(({ path }) => path),
  })

  function list({ query }: ReceivedCall): FakeAnswer {
    const items = fake.payments.filter((payment) =>
      query['unsettled'] === 'true'
        ? payment.status === 'captured' && fake.old.has(payment.id) && !fake.settled.has(payment.id)
        : payment.bookingId === query['bookingId'],
    )
    // One item per page, so that a caller who reads only the first page fails.
    const start = Number(query['after'] ?? 0)
    const next = start + 1 < items.length ? String(start + 1) : null
    return { status: 200, body: { items: items.slice(start, start + 1), next } }
  }

  function answer(call: ReceivedCall): FakeAnswer {
    if (call.method === 'GET') return list(call)
    const [, id = '', action] = /^\/payments\/([^/]+)\/(settle|refund)$/.exec(call.path) ?? []
    const payment = fake.payments.find((candidate) => candidate.id === id)
    if (!payment) return problemAnswer(404, 'not-found')
    if (action === 'settle') {
      if (payment.status === 'refunded') return problemAnswer(409, 'payment-refunded')
      fake.settled.add(id)
    } else {
      if (call.headers['idempotency-key'] === undefined) return problemAnswer(400, 'idempotency-key-missing')
      Object.assign(payment, { status: 'refunded', refundedAt: '2026-01-02T00:00:00.000Z' })
    }
    return { status: 200, body: payment }
  }

  return fake
}
