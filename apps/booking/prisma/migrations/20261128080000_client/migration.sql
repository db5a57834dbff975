-- Hashes of the session and the address that hold the seats, for the limits of seats a client; null for a caller that
-- bypasses the edge, and once the hold has ended.
ALTER TABLE bookings ADD COLUMN client_session TEXT, ADD COLUMN client_address TEXT;
CREATE INDEX bookings_client_session_idx ON bookings (client_session) WHERE status = 'pending' AND client_session IS NOT NULL;
CREATE INDEX bookings_client_address_idx ON bookings (client_address) WHERE status = 'pending' AND client_address IS NOT NULL;

-- A customer's holds are counted by the e-mail address without its tag. The previous version goes on to number its own
-- holds by hold_slot, and does not see those of this one.
ALTER TABLE bookings ALTER COLUMN hold_slot DROP NOT NULL;
CREATE INDEX bookings_untagged_email_idx ON bookings (regexp_replace(email_key, '(.)\+.*@', '\1@')) WHERE status = 'pending';

-- Counts the live holds of a client and of a customer, within the client if there is one, and locks both until the end of
-- the transaction: whoever counts next sees what this transaction has held. A query inside a volatile function sees what
-- was committed when it began, so each waits for its locks first. The order of the locks prevents deadlocks.
CREATE FUNCTION live_holds(
  session text, address text, email text, OUT session_seats bigint, OUT address_seats bigint, OUT holds bigint
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  untagged CONSTANT text := regexp_replace(email, '(.)\+.*@', '\1@');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('session ' || session, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('address ' || address, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('email ' || untagged, 0)) WHERE address IS NULL;
  SELECT coalesce(sum(cardinality(seats)), 0) INTO session_seats FROM bookings
  WHERE client_session = session AND status = 'pending' AND expires_at > clock_timestamp();
  SELECT coalesce(sum(cardinality(seats)), 0) INTO address_seats FROM bookings
  WHERE client_address = address AND status = 'pending' AND expires_at > clock_timestamp();
  SELECT count(*) INTO holds FROM bookings
  WHERE regexp_replace(email_key, '(.)\+.*@', '\1@') = untagged AND status = 'pending' AND expires_at > clock_timestamp()
    AND (address IS NULL OR coalesce(client_session, client_address) = coalesce(session, address));
END $$;
