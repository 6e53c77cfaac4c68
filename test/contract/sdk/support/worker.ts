// A service whose effect is a row in a table, without anything that would keep it from being there twice. It dies, as by kill -9,
// when it has had DIE_AFTER effects. BUG plants a mistake.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  consume,
  createInbox,
  createKafka,
  createLogger,
  createMetrics,
  type Delivery,
  Health,
  handleOnce,
  openDatabase,
  requiredFrom,
  type Transaction,
} from '@sluice/sdk';
import type { Numbered } from './stage.ts';

const { env } = process;
const topic = requiredFrom(env, 'TOPIC');
const log = createLogger('worker', 'error');
const database = await openDatabase({
  url: requiredFrom(env, 'DATABASE_URL'),
  schema: requiredFrom(env, 'SCHEMA'),
  log,
});
const metrics = createMetrics('worker');
const inbox = createInbox();
const forgetful = { enter: async () => true };
const once = { group: topic, inbox: env.BUG === 'inbox skipped' ? forgetful : inbox, database, metrics };

let effects = 0;
const handleInTransaction = handleOnce<Numbered, Transaction>(once, async ({ value }, transaction) => {
  await transaction.query('INSERT INTO effect (number, key) VALUES ($1, $2)', [value.number, value.key]);
});
const handleAndPerhapsDie = async (delivery: Delivery<Numbered>) => {
  await sleep(10);
  await handleInTransaction(delivery);
  effects += 1;
  if (effects === Number(env.DIE_AFTER)) process.kill(process.pid, 'SIGKILL');
};
// Says that it is done before it is, so that the offset is committed first.
const handleLater = async (delivery: Delivery<Numbered>) => {
  void sleep(3_000).then(() => handleAndPerhapsDie(delivery));
};

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await consume<Numbered>(
  {
    group: topic,
    topics: [topic],
    concurrency: 4,
    handler: env.BUG === 'commit before effect' ? handleLater : handleAndPerhapsDie,
    decode: async (value) => JSON.parse(String(value)),
  },
  {
    kafka: createKafka('worker', requiredFrom(env, 'KAFKA_BOOTSTRAP_SERVERS').split(','), log),
    codec: { decode: () => Promise.reject(new Error('not asked')) },
    metrics,
    health: new Health(),
    log,
    signal: stop.signal,
  },
);
await database.close();
process.exit(0); // a planted mistake leaves something undone
