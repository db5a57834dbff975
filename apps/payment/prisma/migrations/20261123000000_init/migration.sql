-- Only what MySQL 8.4 and MariaDB both understand. All times are UTC, by this database's clock.

CREATE TABLE payments (
  id                CHAR(36)     NOT NULL,
  booking_id        VARCHAR(36)  NOT NULL,
  amount            INT          NOT NULL,
  currency          CHAR(3)      NOT NULL,
  status            VARCHAR(16)  NOT NULL,
  reason            VARCHAR(32),
  card_brand        VARCHAR(16)  NOT NULL,
  card_last4        CHAR(4)      NOT NULL,
  idempotency_key   VARCHAR(255),
  -- At most one payment of a booking is in progress or captured: no code can forget it.
  active_booking_id VARCHAR(36) GENERATED ALWAYS AS (CASE WHEN status IN ('processing', 'captured') THEN booking_id END) STORED,
  created_at        DATETIME(3)  NOT NULL,
  settled_at        DATETIME(3),
  refunded_at       DATETIME(3),
  returned_at       DATETIME(3),
  PRIMARY KEY (id),
  UNIQUE KEY payments_idempotency_key_key (idempotency_key),
  UNIQUE KEY payments_active_booking_id_key (active_booking_id),
  KEY payments_booking_id_created_at_id_idx (booking_id, created_at, id),
  KEY payments_status_settled_at_created_at_id_idx (status, settled_at, created_at, id),
  KEY payments_status_returned_at_refunded_at_idx (status, returned_at, refunded_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE processor_requests (
  request_id CHAR(36)    NOT NULL,
  kind       VARCHAR(16) NOT NULL,
  outcome    VARCHAR(32) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (request_id, kind)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE idempotency_keys (
  operation       VARCHAR(32)  NOT NULL,
  idempotency_key VARCHAR(255) NOT NULL,
  fingerprint     CHAR(64)     NOT NULL,
  owner           CHAR(36)     NOT NULL,
  lease_until     DATETIME(3)  NOT NULL,
  status          SMALLINT,
  body            MEDIUMTEXT,
  location        VARCHAR(255),
  created_at      DATETIME(3)  NOT NULL,
  PRIMARY KEY (operation, idempotency_key),
  KEY idempotency_keys_created_at_idx (created_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
