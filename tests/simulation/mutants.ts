/** A deliberate bug, which a suite must notice. */
export interface Mutant {
  name: string
  file: string
  /** Source text that occurs exactly once in the file. */
  find: string
  replace: string
  /** The tests that must fail; the simulation when left out. */
  suite?: Suite
}

export interface Suite {
  /** The folder of the package. */
  folder: string
  tests: string[]
}

const bookingDomain = 'apps/booking/src/domain'
const paymentDomain = 'apps/payment/src/domain'
const once = 'packages/service-kit/src/http/idempotency.ts'

/** The mutants that the simulation must notice; `store-mutants.ts` has those that it cannot. */
export const simulationMutants: Mutant[] = [
  {
    name: 'confirm without asking payment',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: "(await context.payments.of(booking.id)).filter(({ status }) => status === 'captured')",
    replace: "[{ ...booking, id: context.newId(), status: 'captured' } as never as Payment]",
  },
  {
    name: 'ignore the amount that was paid',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: '    payment.amount === booking.amount &&\n',
    replace: '',
  },
  {
    // `store-mutants.ts` breaks the real statement; this shows that the audit's rule notices the effect.
    name: 'confirm after the hold has expired, in the simulated store',
    file: 'tests/simulation/booking-store.ts',
    find: "row.status === 'pending' && row.expiresAt > clock(),\n        fields",
    replace: "row.status === 'pending',\n        fields",
  },
  {
    name: "app's clock in place of the database's",
    file: `${bookingDomain}/hold-seats.ts`,
    find: 'Date.parse(now) + context.holdSeconds',
    replace: 'Date.now() + context.holdSeconds',
  },
  {
    name: 'leave payments that no booking can have',
    file: `${bookingDomain}/reconcile.ts`,
    find: '  } else {\n    await refundPayment(context, payment.id)\n  }',
    replace: '  }',
  },
  {
    name: 'settle without checking whose payment it is',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {",
    replace: 'if (booking) {',
  },
  {
    name: 'refund what a confirmation has left unsettled',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {",
    replace: "if (booking?.status === 'cancelled') {",
  },
  {
    name: 'let the reconciler confirm whatever the amount',
    file: `${bookingDomain}/reconcile.ts`,
    find: "snapshot?.booking.status === 'pending' && pays(payment, snapshot.booking)",
    replace: "snapshot?.booking.status === 'pending'",
  },
  {
    name: 'refund for a hold that only looks expired',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (snapshot?.booking.status !== 'expired') return snapshot",
    replace: 'if (snapshot) return snapshot',
  },
  {
    name: 'end a refund without refunding the payment',
    file: `${bookingDomain}/refund-payment.ts`,
    find: "  for (const { id, status } of paid) if (status === 'captured') await refundPayment(context, id)\n",
    replace: '',
  },
  {
    name: 'never finish the refunds of cancelled bookings',
    file: `${bookingDomain}/reconcile.ts`,
    find: '  await forEach(cancelled, (snapshot) => refundBooking(context, snapshot))\n',
    replace: '',
  },
  {
    name: 'skip the fingerprint',
    file: once,
    find: 'if (result.fingerprint !== work.fingerprint) {',
    replace: 'if (work.fingerprint === "") {',
  },
  {
    name: 'do the work of a finished key again',
    file: once,
    find: "if (result.state !== 'claimed') {",
    replace: "if (result.state === 'running') {",
  },
  {
    name: 'answer without storing the answer',
    file: once,
    find: '    await store.complete(claim, answer)\n',
    replace: '',
  },
  {
    name: 'store the answer of a confirmation apart from it',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: 'bookings.confirm(snapshot, paymentId, claim)',
    replace: 'bookings.confirm(snapshot, paymentId)',
  },
  {
    name: 'store the answer of a cancellation apart from its refund',
    file: `${bookingDomain}/cancel-booking.ts`,
    find: 'refundBooking(context, cancelled, claim)',
    replace: 'refundBooking(context, cancelled)',
  },
  {
    name: 'store the answer of a refund apart from it',
    file: `${paymentDomain}/refund-payment.ts`,
    find: 'payments.refund(refunded, claim)',
    replace: 'payments.refund(refunded, undefined as never)',
  },
  {
    name: 'answer with a refund that is pending before it has been tried',
    file: `${bookingDomain}/cancel-booking.ts`,
    find: 'const cancelled = await cancel(context, id)',
    replace:
      'const cancelled = await cancel(context, id)\n  await context.bookings.answerCancelled(id, claim)',
  },
  {
    name: "hold seats in nobody's name",
    file: `${bookingDomain}/hold-seats.ts`,
    find: 'claim, requestContext()?.client)',
    replace: 'claim, requestContext()?.client && undefined)',
  },
  {
    // `store-mutants.ts` breaks the real function; these show that the rule notices the effect.
    name: 'count seats before the client is locked, in the simulated store',
    file: 'tests/simulation/booking-store.ts',
    find: '...clientLocks(client, email), ',
    replace: '',
  },
  {
    name: "count everybody's seats as the client's, in the simulated store",
    file: 'tests/simulation/booking-store.ts',
    find: 'live.filter((row) => row.client?.[kind] === client?.[kind])',
    replace: 'live',
  },
  {
    name: 'hold after the deadline',
    file: `${bookingDomain}/hold-seats.ts`,
    find: '    assertTimeLeft()\n',
    replace: '',
  },
  {
    name: 'cancel after the deadline',
    file: `${bookingDomain}/cancel-booking.ts`,
    find: '  assertTimeLeft()\n',
    replace: '',
  },
  {
    name: 'charge after the deadline',
    file: `${paymentDomain}/charge-card.ts`,
    find: '  assertTimeLeft()\n',
    replace: '',
  },
  {
    name: 'refund after the deadline',
    file: `${paymentDomain}/refund-payment.ts`,
    find: '  assertTimeLeft()\n',
    replace: '',
  },
  {
    name: 'charge even if the payment may not begin',
    file: `${paymentDomain}/charge-card.ts`,
    find: 'if (!(await payments.begin(attempt))) return await answerEarlier(context, input, claim)',
    replace: 'await payments.begin(attempt)',
  },
  {
    name: 'abandon a charge without asking the processor',
    file: `${paymentDomain}/recover.ts`,
    find: 'await processor.void(id)',
    replace: "'voided'",
  },
  {
    name: 'count what a dead process began as captured',
    file: `${paymentDomain}/recover.ts`,
    find: 'await processor.void(id)',
    replace: "'captured'",
  },
  {
    name: 'forget money that a dead process did not return',
    file: `${paymentDomain}/recover.ts`,
    find: '  for (const id of unreturned) await returnMoney(context, id)\n',
    replace: '',
  },
  {
    name: 'refund in the records only',
    file: `${paymentDomain}/refund-payment.ts`,
    find: '  await processor.refund(id)\n',
    replace: '',
  },
]
