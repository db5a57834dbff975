-- Null until a booking is confirmed, and in the rows that were confirmed before this column existed.
ALTER TABLE bookings ADD COLUMN confirmed_at TIMESTAMPTZ(3);
