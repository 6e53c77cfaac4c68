// A relay that dies, as by kill -9, when it has sent DIE_AFTER times and before it has marked that. BUG plants a mistake.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createEventProducer,
  createInbox,
  createKafka,
  createLogger,
  createOutbox,
  type OutgoingRecord,
  openDatabase,
  requiredFrom,
  runRelay,
} from '@sluice/sdk';

const { env } = process;
const log = createLogger('relay', 'error');
const database = await openDatabase({
  url: requiredFrom(env, 'DATABASE_URL'),
  schema: requiredFrom(env, 'SCHEMA'),
  log,
});
const producer = createEventProducer(
  createKafka('relay', requiredFrom(env, 'KAFKA_BOOTSTRAP_SERVERS').split(','), log),
);
let sent = 0;
const sendAndPerhapsDie = async (records: readonly OutgoingRecord[]) => {
  if (records.length === 0) return;
  await producer.send(records);
  sent += 1;
  if (sent === Number(env.DIE_AFTER)) process.kill(process.pid, 'SIGKILL');
};
// Says that events are sent before they are, so that they are marked first.
const sendLater = async (records: readonly OutgoingRecord[]) => {
  void sleep(1_000).then(() => sendAndPerhapsDie(records));
};
const send = env.BUG === 'marked before sent' ? sendLater : sendAndPerhapsDie;

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const parts = { database, outbox: createOutbox(), inbox: createInbox(), producer: { send }, log, signal: stop.signal };
await runRelay(parts, { most: 5 });
await producer.close();
await database.close();
process.exit(0); // a planted mistake leaves something undone
