import { type Envelope, envelopeHeaders } from '../envelope/envelope.ts';
import type { OutgoingRecord } from '../kafka/producer.ts';
import type { Transaction } from './database.ts';

/** An event that is to be sent once the transaction is committed, and never otherwise. */
export interface OutgoingEvent {
  readonly topic: string;
  readonly key: string;
  readonly envelope: Envelope;
  /** As it goes to Kafka. */
  readonly value: Buffer | null;
}

/** Keeps events until they are sent. `Tx` is the transaction of whatever database keeps them. */
export interface Outbox<Tx> {
  /**
   * Events of one key are sent in the order in which they were added: who adds one waits for other transactions that have added
   * to that key. Rejects an event whose id is there already.
   */
  add(transaction: Tx, event: OutgoingEvent): Promise<void>;
  /**
   * Takes up to `most` events that are due, hands them to `send` and marks them as sent when that resolves, all in `transaction`.
   * Returns how many there were. Of two relays at work at once, none takes an event while the other has an earlier one of its key.
   */
  sendSome(transaction: Tx, most: number, send: (records: readonly OutgoingRecord[]) => Promise<void>): Promise<number>;
  /** Deletes what was sent longer ago. */
  forget(transaction: Tx, olderThanSeconds: number): Promise<void>;
}

interface Row {
  readonly id: string;
  readonly aggregatetype: string;
  readonly aggregateid: string;
  readonly payload: Buffer | null;
  readonly headers: Record<string, string>;
}

// The lock comes before the row has its position, so that positions of a key are in the order of commits.
const ADD = `
  WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($3, 0)) AS nothing)
  INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers, lane)
  SELECT $1, $2, $3, $4, $5, $6, abs(hashtext($3) % 16) FROM held`;

const TAKE_LANE = `
  SELECT lane FROM outbox_lane
  WHERE EXISTS (SELECT FROM outbox WHERE outbox.lane = outbox_lane.lane AND published_at IS NULL)
  ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED`;

const TAKE = `
  SELECT id, aggregatetype, aggregateid, payload, headers FROM outbox
  WHERE lane = $1 AND published_at IS NULL ORDER BY position LIMIT $2`;

export function createOutbox(): Outbox<Transaction> {
  return {
    async add(transaction, { topic, key, envelope, value }) {
      const headers = JSON.stringify(envelopeHeaders(envelope));
      await transaction.query(ADD, [envelope.eventId, topic, key, envelope.type, value, headers]);
    },
    async sendSome(transaction, most, send) {
      const lanes = await transaction.query<{ lane: number }>(TAKE_LANE);
      const lane = lanes.rows[0]?.lane;
      if (lane === undefined) return 0;
      const { rows } = await transaction.query<Row>(TAKE, [lane, most]);
      await send(rows.map(recordOf));
      await transaction.query('UPDATE outbox SET published_at = now() WHERE id = ANY($1)', [rows.map(({ id }) => id)]);
      return rows.length;
    },
    async forget(transaction, olderThanSeconds) {
      const sql = 'DELETE FROM outbox WHERE published_at < now() - make_interval(secs => $1)';
      await transaction.query(sql, [olderThanSeconds]);
    },
  };
}

function recordOf({ aggregatetype, aggregateid, payload, headers }: Row): OutgoingRecord {
  return { topic: aggregatetype, key: aggregateid, value: payload, headers };
}
