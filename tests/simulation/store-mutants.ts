import type { Mutant, Suite } from './mutants.ts'

const booking = (...tests: string[]): Suite => ({ folder: 'apps/booking', tests })
const payment = (...tests: string[]): Suite => ({ folder: 'apps/payment', tests })
const stores = (...tests: string[]): Suite => ({ folder: 'packages/stores', tests })
const kit = (...tests: string[]): Suite => ({ folder: 'packages/service-kit', tests })

const bookingDomain = 'apps/booking/src/domain'
const bookingData = 'apps/booking/src/data'
const bookingTables = 'apps/booking/prisma/migrations/20261101000000_bookings/migration.sql'
const bookingClients = 'apps/booking/prisma/migrations/20261128080000_client/migration.sql'
const paymentDomain = 'apps/payment/src/domain'
const paymentData = 'apps/payment/src/data'
const paymentTables = 'apps/payment/prisma/migrations/20261123000000_init/migration.sql'

/** Bugs in what the simulation replaces: statements, tables, HTTP. */
export const storeMutants: Mutant[] = [
  {
    name: 'keep a payment of another amount',
    file: `${bookingDomain}/confirm-booking.ts`,
    find: '  for (const { id } of captured) await refundPayment(context, id)\n',
    replace: '',
    suite: booking('confirm-booking'),
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
    name: "count a customer's holds without a lock",
    file: bookingClients,
    find: "  PERFORM pg_advisory_xact_lock(hashtextextended('email ' || untagged, 0)) WHERE address IS NULL;\n",
    replace: '',
    suite: booking('hold-seats'),
  },
  {
    name: "count a session's seats without a lock",
    file: bookingClients,
    find: "  PERFORM pg_advisory_xact_lock(hashtextextended('session ' || session, 0));\n",
    replace: '',
    suite: booking('client-limits'),
  },
  {
    name: "count an address's seats without a lock",
    file: bookingClients,
    find: "  PERFORM pg_advisory_xact_lock(hashtextextended('address ' || address, 0));\n",
    replace: '',
    suite: booking('client-limits'),
  },
  {
    name: "count the client's seats as they were before the lock",
    file: bookingClients,
    find: 'LANGUAGE plpgsql VOLATILE',
    replace: 'LANGUAGE plpgsql STABLE',
    suite: booking('client-limits'),
  },
  {
    name: 'count seats that are no longer held',
    file: bookingClients,
    find: "WHERE client_session = session AND status = 'pending' AND expires_at > clock_timestamp()",
    replace: "WHERE client_session = session AND status = 'pending'",
    suite: booking('client-limits'),
  },
  {
    name: 'let strangers use up the holds of an e-mail address',
    file: bookingClients,
    find: 'coalesce(client_session, client_address) = coalesce(session, address)',
    replace: 'true',
    suite: booking('client-limits'),
  },
  {
    name: 'keep whose a booking was',
    file: `${bookingData}/booking-store.ts`,
    find: "'client_session = NULL, client_address = NULL'",
    replace: "'reference = b.reference'",
    suite: booking('client-limits'),
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
    find: "b.id = $7 AND b.status = 'pending' AND b.expires_at > clock_timestamp()",
    replace: "b.id = $7 AND b.status = 'pending'",
    suite: booking('confirm-booking'),
  },
  {
    name: 'record the time of the read as that of the confirmation',
    file: `${bookingData}/booking-store.ts`,
    find: 'confirmed_at = clock_timestamp()',
    replace: 'confirmed_at = $9',
    suite: booking('confirm-booking'),
  },
  {
    name: 'confirm a cancelled booking',
    file: `${bookingData}/booking-store.ts`,
    find: "b.id = $7 AND b.status = 'pending' AND b.expires_at > clock_timestamp()",
    replace: 'b.id = $7 AND b.expires_at > clock_timestamp()',
    suite: booking('confirm-booking'),
  },
  {
    name: 'forget the seats on cancel and expiry',
    file: `${bookingData}/booking-store.ts`,
    find: 'USING b WHERE t.booking_id = b.id)',
    replace: 'USING b WHERE false)',
    suite: booking('cancel-booking'),
  },
  {
    name: 'hold without storing the answer',
    file: `${bookingData}/hold.ts`,
    find: "kept AS (${keepWith('booking')})",
    replace: "kept AS (${keepWith('booking')} AND false)",
    suite: booking('idempotency'),
  },
  {
    name: 'confirm and cancel without storing the answer',
    file: `${bookingData}/booking-store.ts`,
    find: "kept AS (${keepWith('b')})",
    replace: "kept AS (${keepWith('b')} AND false)",
    suite: booking('confirm-booking'),
  },
  {
    name: 'store an answer without its effect',
    file: `${bookingData}/booking-store.ts`,
    find: "kept AS (${keepWith('b')})",
    replace: 'kept AS (${keepWith()})',
    suite: booking('confirm-booking'),
  },
  {
    name: 'hold with a key that another request has taken over',
    file: `${bookingData}/hold.ts`,
    find: 'WHERE operation = $1 AND key = $2 AND owner = $3 AND status IS NULL FOR UPDATE',
    replace: 'WHERE operation = $1 AND key = $2 FOR UPDATE',
    suite: booking('idempotency'),
  },
  {
    name: 'take over a key before its lease ends',
    file: 'packages/stores/src/postgres/idempotency-keys.ts',
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
    name: 'refund a payment twice',
    file: `${paymentData}/payment-store.ts`,
    find: "where: `p.status = 'captured'`",
    replace: 'where: `TRUE`',
    suite: payment('refund-and-settle'),
  },
  {
    name: 'take over a key before its lease ends, in payment',
    file: 'packages/stores/src/mysql/idempotency-keys.ts',
    find: 'AND status IS NULL AND lease_until <= UTC_TIMESTAMP(3)`',
    replace: 'AND status IS NULL`',
    suite: stores('idempotency-keys'),
  },
  {
    name: 'abandon charges in progress',
    file: `${paymentData}/payment-store.ts`,
    find: 'AND created_at <= UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND`',
    replace: 'AND ? > 0`',
    suite: payment('recovery'),
  },
  {
    name: 'let the last outcome of a charge stand, not the first',
    file: 'apps/payment/src/data/card-processor.ts',
    find: 'return earlier.outcome',
    replace: 'return outcome',
    suite: payment('recovery'),
  },
  {
    name: 'admit requests without a limit',
    file: 'packages/service-kit/src/overload/admission.ts',
    find: 'running + outside + waiting.size >= maxPresent',
    replace: 'running < 0',
    suite: kit('overload'),
  },
  {
    name: 'do work for callers that have left',
    file: 'packages/service-kit/src/overload/admission.ts',
    find: ' || isAbandoned()',
    replace: '',
    suite: kit('overload'),
  },
  {
    name: 'retry a write without its key',
    file: 'packages/service-kit/src/calls/client.ts',
    find: "endpoint.method === 'get' || call.idempotencyKey !== undefined",
    replace: "endpoint.method !== 'delete'",
    suite: kit('client'),
  },
]
