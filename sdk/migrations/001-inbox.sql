-- The events that a group has handled. Their ids are written in the transaction of the effect, so that an event that is
-- delivered again is known, and one whose effect was rolled back is not.
CREATE TABLE inbox (
  consumer_group text NOT NULL,
  event_id text NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer_group, event_id)
);
CREATE INDEX inbox_processed_at ON inbox (processed_at);
