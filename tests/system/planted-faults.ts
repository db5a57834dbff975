/** Statements for the two stores; `:name` stands for the id of a row. */
export interface Plant {
  booking?: string
  payment?: string
}

const old = 'created_at = UTC_TIMESTAMP(3) - INTERVAL 61 SECOND'
const copyOfKey = `
  INSERT INTO idempotency_keys (operation, key, fingerprint, owner, lease_until, status, body)
  SELECT operation, 'another', fingerprint, owner, lease_until, status, body FROM idempotency_keys
  WHERE operation = 'createBooking' AND body LIKE '%' || :held || '%'`

/** For each rule: a violation, the statements that plant it, and what the audit reports. */
export const plantedFaults: [rule: number, what: string, plant: Plant, found: string][] = [
  [
    1,
    'a seat sold twice',
    { booking: 'UPDATE bookings SET seats = (SELECT seats FROM bookings WHERE id = :sold) WHERE id = :held' },
    'booking :held: seat A4 belongs to booking :sold as well',
  ],
  [
    1,
    'a sold seat without its row in taken_seats',
    { booking: 'DELETE FROM taken_seats WHERE booking_id = :sold' },
    'booking :sold: seat A4 has no row in taken_seats, so it can be sold again',
  ],
  [
    2,
    'a confirmed booking whose payment is refunded',
    {
      payment: "UPDATE payments SET status = 'refunded', refunded_at = UTC_TIMESTAMP(3) WHERE id = :payment",
    },
    'booking :sold: it is confirmed, and no payment for it is captured',
  ],
  [
    2,
    'a payment with a different amount',
    { payment: 'UPDATE payments SET amount = 1100 WHERE id = :payment' },
    'booking :sold: it costs 1200 CHF, and its payment is of 1100 CHF',
  ],
  [
    2,
    'a booking with the payment of another one',
    { booking: 'UPDATE bookings SET payment_id = :refunded WHERE id = :sold' },
    'booking :sold: it names payment :refunded, but :payment pays for it',
  ],
  [
    3,
    'a payment for a booking that does not exist',
    {
      payment: `
        UPDATE payments SET booking_id = '00000000-0000-4000-8000-000000000000' WHERE id = :payment;
        UPDATE processor_requests SET ${old} WHERE request_id = :payment`,
    },
    'payment :payment: it has been captured for more than 60 s, and its booking is not there',
  ],
  [
    3,
    'a cancelled booking whose refund never finishes',
    {
      booking: `
        UPDATE bookings SET status = 'cancelled', refund = 'pending', updated_at = now() - interval '61 s'
        WHERE id = :sold`,
      payment: `UPDATE processor_requests SET ${old} WHERE request_id = :payment`,
    },
    'payment :payment: it has been captured for more than 60 s, and its booking is cancelled',
  ],
  [
    3,
    'a refund that was never made',
    { booking: "UPDATE bookings SET status = 'cancelled', refund = 'done' WHERE id = :sold" },
    'payment :payment: booking :sold counts it as refunded, and it is captured',
  ],
  [
    3,
    'a payment that its process abandoned',
    { payment: `UPDATE payments SET status = 'processing', ${old} WHERE id = :payment` },
    'payment :payment: it has been processing for more than 60 s',
  ],
  [
    3,
    'a refund that does not reach the card',
    {
      payment: `
        UPDATE payments SET refunded_at = UTC_TIMESTAMP(3) - INTERVAL 61 SECOND WHERE id = :refunded;
        DELETE FROM processor_requests WHERE request_id = :refunded AND kind = 'refund'`,
    },
    'payment :refunded: it was refunded more than 60 s ago, and the card processor has not paid it back',
  ],
  [
    3,
    'a captured payment that the card processor declined',
    { payment: "UPDATE processor_requests SET outcome = 'declined' WHERE request_id = :payment" },
    'payment :payment: it is captured, and the card processor never charged the card',
  ],
  [
    3,
    'a declined payment that the card processor charged',
    { payment: "UPDATE payments SET status = 'declined', settled_at = NULL WHERE id = :payment" },
    'payment :payment: it is declined, and the card processor charged the card',
  ],
  [
    3,
    'a charge without a payment',
    { payment: 'DELETE FROM payments WHERE id = :payment' },
    'processor request :payment: it belongs to no payment',
  ],
  [
    4,
    'a stored failure',
    { booking: "UPDATE idempotency_keys SET status = 503 WHERE body LIKE '%' || :held || '%'" },
    'it keeps an answer 503, which should not be kept',
  ],
  [
    4,
    'a lease computed with another clock',
    {
      booking: `
        UPDATE idempotency_keys SET status = NULL, lease_until = now() + interval '10 minutes'
        WHERE body LIKE '%' || :held || '%'`,
    },
    'its lease ends more than 60 s from now: nobody can go on with it',
  ],
  [
    4,
    'a booking without its idempotency key',
    { booking: "DELETE FROM idempotency_keys WHERE body LIKE '%' || :held || '%'" },
    'booking :held: no key keeps its answer: a repetition would make another one',
  ],
  [4, 'two keys with the same booking', { booking: copyOfKey }, 'booking :held belongs to key'],
  [
    5,
    'an expired booking that keeps its seat',
    { booking: "UPDATE bookings SET status = 'expired' WHERE id = :held" },
    'booking :held: it is expired, and seat A5 is still taken',
  ],
  [
    5,
    'a hold that never expires',
    { booking: "UPDATE bookings SET expires_at = now() - interval '61 s' WHERE id = :held" },
    'booking :held: its hold ended more than 60 s ago, and it is still pending',
  ],
  [
    6,
    'a lost booking',
    {
      booking: `
        WITH seats AS (DELETE FROM taken_seats WHERE booking_id = :held)
        UPDATE bookings SET id = gen_random_uuid() WHERE id = :held`,
    },
    'it was answered with booking :held, which is not there',
  ],
  [
    6,
    'a booking that differs from its answer',
    { booking: 'UPDATE bookings SET amount = 1 WHERE id = :held' },
    'it was answered with booking :held, which is another one now',
  ],
  [
    6,
    'a lost payment',
    { payment: 'DELETE FROM payments WHERE id = :payment' },
    'booking :sold: its payment :payment is not there',
  ],
  [
    6,
    'a payment that differs from its answer',
    { payment: 'UPDATE payments SET amount = 1 WHERE id = :payment' },
    'it was answered with payment :payment, which is another one now',
  ],
  [
    7,
    'a confirmed booking that is pending again',
    { booking: "UPDATE bookings SET status = 'pending' WHERE id = :sold" },
    'it was answered confirmed, and is pending now',
  ],
  [
    7,
    'a hold that expired by the wrong clock',
    { booking: "UPDATE bookings SET status = 'expired', updated_at = now() WHERE id = :held" },
    'booking :held: it expired before the end of its hold',
  ],
  [
    7,
    'a booking confirmed one millisecond too late',
    { booking: "UPDATE bookings SET confirmed_at = expires_at + interval '1 ms' WHERE id = :sold" },
    'booking :sold: it was confirmed after the end of its hold',
  ],
  [
    7,
    'a booking that was confirmed too late and then cancelled',
    { booking: "UPDATE bookings SET confirmed_at = expires_at + interval '1 ms' WHERE id = :cancelled" },
    'booking :cancelled: it was confirmed after the end of its hold',
  ],
  [
    7,
    'a refunded payment that is captured again',
    { payment: "UPDATE payments SET status = 'captured' WHERE id = :refunded" },
    'it was answered refunded, and is captured now',
  ],
  [
    7,
    'a cancelled booking that nobody will refund',
    { booking: 'UPDATE bookings SET refund = NULL WHERE id = :cancelled' },
    'booking :cancelled: it is cancelled, and its payment is not to be refunded',
  ],
  [
    8,
    'a confirmed booking whose charge was refunded',
    {
      payment: `
        INSERT INTO processor_requests SELECT request_id, 'refund', 'refunded', created_at
        FROM processor_requests WHERE request_id = :payment`,
    },
    'the total in CHF: 1200 more is owed than taken',
  ],
  [
    8,
    'a charge without a booking to pay for',
    {
      booking: "UPDATE bookings SET updated_at = now() - interval '61 s' WHERE id = :cancelled",
      payment: `
        DELETE FROM processor_requests WHERE request_id = :refunded AND kind = 'refund';
        UPDATE payments SET refunded_at = UTC_TIMESTAMP(3) - INTERVAL 61 SECOND WHERE id = :refunded;
        UPDATE processor_requests SET ${old} WHERE request_id = :refunded`,
    },
    'the total in CHF: 1200 more is taken than owed',
  ],
  [
    9,
    'a session that holds too many seats',
    {
      booking: `
        UPDATE bookings SET client_session = 's', client_address = 'a', seats = array_fill(CAST('Z1' AS text), '{17}') WHERE id = :held`,
    },
    'session s: it holds more than 16 seats',
  ],
  [
    9,
    'an address that holds too many seats without a session',
    {
      booking:
        "UPDATE bookings SET client_address = 'a', seats = array_fill(CAST('Z1' AS text), '{65}') WHERE id = :held",
    },
    'address a: it holds more than 64 seats',
  ],
]
