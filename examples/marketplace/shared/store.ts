import { fileURLToPath } from 'node:url';
import {
  createEventProducer,
  createInbox,
  createOutbox,
  type Database,
  expectTopics,
  type Inbox,
  newEnvelope,
  openDatabase,
  requiredFrom,
  runRelay,
  type Service,
  type Transaction,
  waitFor,
} from '@sluice/sdk';
import type { EventType, OrderEvent } from './events.ts';

export interface StorePlan {
  /** Of the service in the database. */
  readonly schema: string;
  /** The folder with the SQL files of its tables. */
  readonly tables: URL;
  /** Where its events go. */
  readonly topic: string;
}

/** What a service of the marketplace keeps, and how its events leave it. */
export interface Store<Event extends OrderEvent> {
  readonly database: Database;
  readonly inbox: Inbox<Transaction>;
  /** Adds the event to the outbox; the relay sends it once the transaction is committed. The key is the order's id. */
  add(transaction: Transaction, type: EventType, event: Event): Promise<void>;
  /** Sends what is left and lets go of everything. */
  close(): Promise<void>;
}

/** Waits until the database, the topic and the schema of its values are there, and sends what is in the outbox from then on. */
export async function openStore<Event extends OrderEvent>(plan: StorePlan, service: Service): Promise<Store<Event>> {
  const { log, kafka, codec } = service;
  const { topic } = plan;
  const url = requiredFrom(process.env, 'DATABASE_URL');
  const schema = plan.schema.replaceAll('-', '_');
  const database = await waitFor('the database', () => openDatabase({ url, schema, log }), service);
  await database.migrate(fileURLToPath(plan.tables));
  await waitFor(`topic ${topic}`, () => expectTopics(kafka, [topic]), service);
  const encode = await waitFor(`schema ${topic}-value`, () => codec.encoderFor<Event>(`${topic}-value`), service);

  const inbox = createInbox();
  const outbox = createOutbox();
  const producer = createEventProducer(kafka);
  const stop = new AbortController();
  const relaying = runRelay({ database, outbox, inbox, producer, log, signal: stop.signal });
  return {
    database,
    inbox,
    async add(transaction, type, event) {
      const { eventId, correlationId, source, timestamp, orderId } = event;
      const envelope = newEnvelope({ eventId, type, source, timestamp, correlationId, subject: orderId });
      await outbox.add(transaction, { topic, key: orderId, envelope, value: await encode(event) });
    },
    async close() {
      stop.abort();
      await relaying;
      await producer.close();
      await database.close();
    },
  };
}
