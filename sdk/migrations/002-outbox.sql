-- Events that are to be sent, written in the transaction of what they tell of. The columns id to payload are called as
-- Debezium's outbox event router calls them: the topic is in aggregatetype, the key in aggregateid, and payload has the
-- bytes as they go to Kafka.
CREATE TABLE outbox (
  id text PRIMARY KEY,
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  type text NOT NULL,
  payload bytea,
  headers jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  position bigint GENERATED ALWAYS AS IDENTITY,
  lane smallint NOT NULL
);
-- In the order in which they are to be sent.
CREATE INDEX outbox_waiting ON outbox (lane, position) WHERE published_at IS NULL;
CREATE INDEX outbox_published_at ON outbox (published_at) WHERE published_at IS NOT NULL;

-- All events of a key are in one lane. A relay that sends from a lane holds its row, so that no other one sends later events
-- of the same key first.
CREATE TABLE outbox_lane (lane smallint PRIMARY KEY);
INSERT INTO outbox_lane SELECT generate_series(0, 15);
