CREATE TYPE booking_status AS ENUM ('pending', 'confirmed', 'expired', 'cancelled');
CREATE TYPE refund_status AS ENUM ('pending', 'done');

CREATE TABLE screenings (
  id            BIGSERIAL PRIMARY KEY,
  movie_id      TEXT NOT NULL,
  theatre_id    TEXT NOT NULL,
  showtime      TIMESTAMPTZ(3) NOT NULL,
  screen        TEXT NOT NULL,
  rows          SMALLINT NOT NULL,
  seats_per_row SMALLINT NOT NULL
);
CREATE UNIQUE INDEX screenings_movie_id_theatre_id_showtime_key ON screenings (movie_id, theatre_id, showtime);

CREATE TABLE bookings (
  id             UUID PRIMARY KEY,
  reference      TEXT NOT NULL,
  status         booking_status NOT NULL DEFAULT 'pending',
  screening_id   BIGINT NOT NULL REFERENCES screenings (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
  movie_id       TEXT NOT NULL,
  movie_title    TEXT NOT NULL,
  theatre_id     TEXT NOT NULL,
  theatre_name   TEXT NOT NULL,
  theatre_city   TEXT NOT NULL,
  screen         TEXT NOT NULL,
  showtime       TIMESTAMPTZ(3) NOT NULL,
  seats          TEXT[] NOT NULL,
  amount         INTEGER NOT NULL,
  currency       TEXT NOT NULL,
  customer_name  TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  email_key      TEXT NOT NULL,
  hold_slot      SMALLINT NOT NULL,
  expires_at     TIMESTAMPTZ(3) NOT NULL,
  payment_id     UUID,
  refund         refund_status,
  check_after    TIMESTAMPTZ(3) NOT NULL,
  created_at     TIMESTAMPTZ(3) NOT NULL,
  updated_at     TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT bookings_confirmed_is_paid CHECK (status <> 'confirmed' OR payment_id IS NOT NULL),
  -- At most six live holds a customer: together with the next index.
  CONSTRAINT bookings_hold_slot_check CHECK (hold_slot BETWEEN 1 AND 6)
);
CREATE UNIQUE INDEX bookings_reference_key ON bookings (reference);
CREATE UNIQUE INDEX bookings_email_key_hold_slot_key ON bookings (email_key, hold_slot) WHERE status = 'pending';
CREATE INDEX bookings_expires_at_idx ON bookings (expires_at) WHERE status = 'pending';
CREATE INDEX bookings_check_after_idx ON bookings (check_after) WHERE status = 'pending' OR refund = 'pending';

-- One row a seat of a live booking: this primary key is what sells a seat once.
CREATE TABLE taken_seats (
  screening_id BIGINT NOT NULL REFERENCES screenings (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
  seat         TEXT NOT NULL,
  booking_id   UUID NOT NULL REFERENCES bookings (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
  PRIMARY KEY (screening_id, seat)
);
CREATE INDEX taken_seats_booking_id_idx ON taken_seats (booking_id);

CREATE TABLE idempotency_keys (
  operation   TEXT NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  owner       UUID NOT NULL,
  lease_until TIMESTAMPTZ(3) NOT NULL,
  status      SMALLINT,
  body        TEXT,
  location    TEXT,
  created_at  TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (operation, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- Every change of a seat comes with a change of its booking's status: whoever watches the screening hears of it, on
-- every replica, when the transaction commits.
CREATE FUNCTION notify_seats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('seats', concat_ws(' ', NEW.movie_id, NEW.theatre_id, extract(epoch FROM NEW.showtime)::numeric(20, 3)));
  RETURN NULL;
END $$;
CREATE TRIGGER bookings_notify_seats AFTER INSERT OR UPDATE OF status ON bookings
  FOR EACH ROW EXECUTE FUNCTION notify_seats();
