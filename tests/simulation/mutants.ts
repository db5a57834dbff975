/** A fault in one place of the real code, which a suite must notice. */
export interface Mutant {
  name: string
  file: string
  /** What is there exactly once. */
  find: string
  replace: string
  suite: Suite
}

/** What must go red: the simulation, or these tests of a package against its real store. */
export interface Suite {
  name: 'simulation' | 'booking' | 'payment' | 'service-kit'
  tests: string[]
}

const simulation: Suite = { name: 'simulation', tests: [] }
const booking = (...tests: string[]): Suite => ({ name: 'booking', tests })
const payment = (...tests: string[]): Suite => ({ name: 'payment', tests })
const kit = (...tests: string[]): Suite => ({ name: 'service-kit', tests })

const bookingDomain = 'apps/booking/src/domain'
const bookingData = 'apps/booking/src/data'
const bookingTables = 'apps/booking/prisma/migrations/20261101000000_bookings/migration.sql'
const paymentDomain = 'apps/payment/src/domain'
const paymentData = 'apps/payment/src/data'
const paymentTables = 'apps/payment/prisma/migrations/20261123000000_init/migration.sql'
const once = 'packages/service-kit/src/idempotency.ts'

export const mutants: Mutant[] = [
  {
    name: 'confirm without asking payment',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: "(await context.payments.of(booking.id)).filter(({ status }) => status === 'captured')",
    replace: "[{ ...booking, id: context.newId(), status: 'captured' } as never as Payment]",
    suite: simulation,
  },
  {
    name: 'ignore the amount that was paid',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: '    payment.amount === booking.amount &&\n',
    replace: '',
    suite: simulation,
  },
  {
    name: 'keep a payment of another amount',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: '  for (const { id } of captured) await refundPayment(context, id)\n',
    replace: '',
    suite: booking('confirm-booking'),
  },
  {
    name: "app's clock in place of the database's",
    file: `${bookingDomain}/hold-seats.ts`,
    find: 'Date.parse(now) + context.holdSeconds',
    replace: 'Date.now() + context.holdSeconds',
    suite: simulation,
  },
  {
    name: 'leave payments that no booking can have',
    file: `${bookingDomain}/reconcile.ts`,
    find: '  } else {\n    await refundPayment(context, payment.id)\n  }',
    replace: '  }',
    suite: simulation,
  },
  {
    name: 'settle without looking whose payment it is',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {",
    replace: 'if (booking) {',
    suite: simulation,
  },
  {
    name: 'refund what a confirmation has left unsettled',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (booking?.status === 'confirmed' && booking.paymentId === payment.id) {",
    replace: "if (booking?.status === 'cancelled') {",
    suite: simulation,
  },
  {
    name: 'let the reconciler confirm whatever was paid',
    file: `${bookingDomain}/reconcile.ts`,
    find: "booking?.status === 'pending' && pays(payment, booking)",
    replace: "booking?.status === 'pending'",
    suite: simulation,
  },
  {
    name: 'refund for a hold that only looks expired',
    file: `${bookingDomain}/reconcile.ts`,
    find: "if (booking?.status !== 'expired') return booking",
    replace: 'if (booking) return booking',
    suite: simulation,
  },
  {
    name: 'end a refund without giving anything back',
    file: `${bookingDomain}/refund-payment.ts`,
    find: "  for (const { id, status } of paid) if (status === 'captured') await refundPayment(context, id)\n",
    replace: '',
    suite: simulation,
  },
  {
    name: 'leave refunds of cancelled bookings to chance',
    file: `${bookingDomain}/reconcile.ts`,
    find: '  await forEach(cancelled, (booking) => refundBooking(context, booking))\n',
    replace: '',
    suite: simulation,
  },
  {
    name: 'skip the fingerprint',
    file: once,
    find: 'if (result.fingerprint !== work.fingerprint) {',
    replace: 'if (work.fingerprint === "") {',
    suite: simulation,
  },
  {
    name: 'do the work of a finished key again',
    file: once,
    find: "if (result.state !== 'claimed') {",
    replace: "if (result.state === 'running') {",
    suite: simulation,
  },
  {
    name: 'answer without keeping the answer',
    file: once,
    find: '    await store.complete(claim, answer)\n',
    replace: '',
    suite: simulation,
  },
  {
    name: 'charge whether or not the payment may begin',
    file: `${paymentDomain}/charge-card.ts`,
    find: 'if (!(await payments.begin(attempt))) return await answerEarlier(context, input, claim)',
    replace: 'await payments.begin(attempt)',
    suite: simulation,
  },
  {
    name: 'give a charge up without asking the processor',
    file: `${paymentDomain}/recover.ts`,
    find: 'await processor.void(id)',
    replace: "'voided'",
    suite: simulation,
  },
  {
    name: 'count what a dead process has begun as captured',
    file: `${paymentDomain}/recover.ts`,
    find: 'await processor.void(id)',
    replace: "'captured'",
    suite: simulation,
  },
  {
    name: 'forget money that a dead process has not given back',
    file: `${paymentDomain}/recover.ts`,
    find: '  for (const id of await payments.findUnreturned()) await returnMoney(context, id)\n',
    replace: '',
    suite: simulation,
  },
  {
    name: 'refund in the records only',
    file: `${paymentDomain}/refund-payment.ts`,
    find: '  await processor.refund(id)\n',
    replace: '',
    suite: simulation,
  },
  {
    name: 'answer one order with the payment of another',
    file: `${paymentDomain}/charge-card.ts`,
    find: '    assertSameOrder(own, order)\n',
    replace: '',
    suite: payment('recovery'),
  },
  {
    name: 'drop the key of taken seats',
    file: bookingTables,
    find: 'PRIMARY KEY (screening_id, seat)',
    replace: "CHECK (seat <> '')",
    suite: booking('race'),
  },
  {
    name: 'drop the key of hold slots',
    file: bookingTables,
    find: 'CREATE UNIQUE INDEX bookings_email_key_hold_slot_key',
    replace: 'CREATE INDEX bookings_email_key_hold_slot_key',
    suite: booking('hold-seats'),
  },
  {
    name: 'count expired holds as live',
    file: `${bookingData}/booking-rows.ts`,
    find: "b.status = 'pending' AND b.expires_at > clock_timestamp())`",
    replace: "b.status = 'pending')`",
    suite: booking('hold-seats', 'screenings'),
  },
  {
    name: 'confirm after the hold has expired',
    file: `${bookingData}/booking-store.ts`,
    find: "AND b.status = 'pending' AND b.expires_at > clock_timestamp()\n        RETURNING",
    replace: "AND b.status = 'pending'\n        RETURNING",
    suite: booking('confirm-booking'),
  },
  {
    name: 'confirm what is cancelled',
    file: `${bookingData}/booking-store.ts`,
    find: "AND b.status = 'pending' AND b.expires_at > clock_timestamp()\n        RETURNING",
    replace: 'AND b.expires_at > clock_timestamp()\n        RETURNING',
    suite: booking('confirm-booking'),
  },
  {
    name: 'forget the seats on cancel and expiry',
    file: `${bookingData}/booking-store.ts`,
    find: 'WHERE t.booking_id = b.id)\n      SELECT',
    replace: 'WHERE false)\n      SELECT',
    suite: booking('cancel-booking'),
  },
  {
    name: 'hold without keeping the answer',
    file: `${bookingData}/hold.ts`,
    find: 'FROM claim, booking WHERE k.operation',
    replace: 'FROM claim, booking WHERE false AND k.operation',
    suite: booking('idempotency'),
  },
  {
    name: 'hold with a key that another has taken over',
    file: `${bookingData}/hold.ts`,
    find: 'AND key = ${claim.key} AND owner = ${claim.owner}::uuid AND status IS NULL',
    replace: 'AND key = ${claim.key}',
    suite: booking('idempotency'),
  },
  {
    name: 'take a key over that is still worked on',
    file: `${bookingData}/idempotency-store.ts`,
    find: 'WHERE k.status IS NULL AND k.lease_until < clock_timestamp()',
    replace: 'WHERE k.status IS NULL',
    suite: booking('idempotency'),
  },
  {
    name: 'drop the key of active payments',
    file: paymentTables,
    find: 'UNIQUE KEY payments_active_booking_id_key',
    replace: 'KEY payments_active_booking_id_key',
    suite: payment('charge-card', 'idempotency'),
  },
  {
    name: 'drop the key of idempotency keys',
    file: paymentTables,
    find: '  PRIMARY KEY (operation, idempotency_key),\n',
    replace: '  KEY (operation, idempotency_key),\n',
    suite: payment('idempotency'),
  },
  {
    name: 'refund again what is refunded',
    file: `${paymentData}/payment-repository.ts`,
    find: "WHERE id = ${id} AND status = 'captured'`,\n        claim,",
    replace: 'WHERE id = ${id}`,\n        claim,',
    suite: payment('refund-and-settle'),
  },
  {
    name: 'take a key over that is still worked on, in payment',
    file: `${paymentData}/idempotency-store.ts`,
    find: 'AND status IS NULL AND lease_until <= UTC_TIMESTAMP(3)`',
    replace: 'AND status IS NULL`',
    suite: payment('idempotency'),
  },
  {
    name: 'give up charges that are being made',
    file: `${paymentData}/payment-repository.ts`,
    find: 'created_at <= UTC_TIMESTAMP(3) - ${lease}\n        ORDER BY created_at',
    replace: 'created_at <= UTC_TIMESTAMP(3)\n        ORDER BY created_at',
    suite: payment('recovery'),
  },
  {
    name: 'let the last outcome of a charge stand, not the first',
    file: 'apps/payment/src/clients/card-processor.ts',
    find: 'ON DUPLICATE KEY UPDATE request_id = request_id',
    replace: 'ON DUPLICATE KEY UPDATE outcome = VALUES(outcome)',
    suite: payment('recovery'),
  },
  {
    name: 'retry a write without its key',
    file: 'packages/service-kit/src/client.ts',
    find: "endpoint.method === 'get' || call.idempotencyKey !== undefined",
    replace: "endpoint.method !== 'delete'",
    suite: kit('client'),
  },
]
