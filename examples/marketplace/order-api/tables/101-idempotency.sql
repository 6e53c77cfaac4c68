-- The keys that customers sent their orders with, and a hash of what they sent. The key is the order's id.
CREATE TABLE idempotency (
  key uuid PRIMARY KEY,
  request_hash char(64) NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now()
);
