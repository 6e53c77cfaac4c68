import type { ChildProcess } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { readFromStart } from '../../../sdk/src/consumer/read-from-start.ts';
import { uuidV5 } from '../../../sdk/src/envelope/uuid.ts';
import { type Database, openDatabase } from '../../../sdk/src/postgres/database.ts';
import { createOutbox } from '../../../sdk/src/postgres/outbox.ts';
import { eventually } from '../../helpers/eventually.ts';
import {
  ADDRESSES,
  committed,
  consumerParts,
  createTopic,
  disordered,
  ended,
  log,
  miscounted,
  type Numbered,
  numbered,
  send,
  start,
} from './support/stage.ts';

const within = { within: 90_000 };
const SPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

const children: ChildProcess[] = [];
const databases: Database[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(databases.map((database) => database.close()));
});

function run(file: string, env: Record<string, string>): ChildProcess {
  const child = start(file, env);
  children.push(child);
  return child;
}

async function open(schema: string): Promise<Database> {
  const database = await openDatabase({ url: ADDRESSES.DATABASE_URL, schema, log });
  databases.push(database);
  return database;
}

/** One that has nothing to do because of its bug may be asked before it has begun to listen. */
async function stop(child: ChildProcess, bug: string): Promise<void> {
  child.kill('SIGTERM');
  expect(bug === '' ? [0] : [0, 'SIGTERM']).toContain(await ended(child));
}

/** Lets a worker die in the middle and another one do the rest. Returns what is lost and doubled. */
async function killAWorker(name: string, bug: string) {
  const count = 60;
  const schema = `worker_${name}`;
  const topic = `sdk.${schema}`;
  const database = await open(schema);
  await database.query('CREATE TABLE effect (number integer NOT NULL, key text NOT NULL)');
  await createTopic(topic, 2);
  await send(numbered(topic, count, 10));
  const env = { TOPIC: topic, SCHEMA: schema, BUG: bug };
  expect(await ended(run('worker.ts', { ...env, DIE_AFTER: '25' }))).toBe('SIGKILL');
  const survivor = run('worker.ts', env);
  await eventually(async () => expect(await committed(topic, topic)).toBe(count), within);
  await stop(survivor, bug);
  const { rows } = await database.query<Numbered>('SELECT number, key FROM effect');
  return miscounted(
    rows.map(({ number }) => number),
    count,
  );
}

/** Lets one of two relays die in the middle. Returns what is lost, and what is out of order once repeats are dropped. */
async function killARelay(name: string, bug: string) {
  const schema = `relay_${name}`;
  const topic = `sdk.${schema}`;
  const database = await open(schema);
  await createTopic(topic, 3);
  const env = { SCHEMA: schema, BUG: bug };
  const dying = run('relay.ts', { ...env, DIE_AFTER: '8' });
  const other = run('relay.ts', env);
  const dead = ended(dying);
  const count = await addEventsUntil(dead, database, topic);
  expect(await dead).toBe('SIGKILL');
  await eventually(async () => {
    const { rows } = await database.query('SELECT id FROM outbox WHERE published_at IS NULL');
    expect(rows).toEqual([]);
  }, within);
  await stop(other, bug);
  const sent = await readAll(topic);
  return {
    lost: miscounted(
      sent.map(({ number }) => number),
      count,
    ).lost,
    disordered: disordered(sent),
  };
}

/** Adds 200 events, and goes on until then: whoever is to die while it sends has to have something to send. Returns how many. */
async function addEventsUntil(then: Promise<unknown>, database: Database, topic: string): Promise<number> {
  const outbox = createOutbox();
  let isOver = false;
  void then.then(() => {
    isOver = true;
  });
  let count = 0;
  for (const { key, value } of numbered(topic, 20_000, 20)) {
    if (isOver && count >= 200) break;
    const eventId = uuidV5(SPACE, String(value));
    const envelope = { eventId, type: topic, source: 'test', timestamp: 0, correlationId: eventId };
    await database.transact((transaction) => outbox.add(transaction, { topic, key, envelope, value }));
    count += 1;
  }
  return count;
}

/** What the topic holds, each event as it came first. */
async function readAll(topic: string): Promise<readonly Numbered[]> {
  const seen = new Map<string, Numbered>();
  const { parts, stop } = consumerParts();
  const reader = {
    name: 'test',
    topics: [topic],
    restarted: () => seen.clear(),
    async handle({ value, envelope }: { value: Numbered; envelope: { eventId: string } }) {
      if (!seen.has(envelope.eventId)) seen.set(envelope.eventId, value);
    },
    caughtUp: stop,
  };
  await readFromStart<Numbered>(reader, parts);
  return [...seen.values()];
}

describe.concurrent('a worker that dies between effect and commit', () => {
  it('leaves each effect once, since the inbox drops what comes again', async () => {
    expect(await killAWorker('inbox', '')).toEqual({ lost: [], doubled: [] });
  });

  it('is seen to double effects where the inbox is skipped', async () => {
    const { lost, doubled } = await killAWorker('no_inbox', 'inbox skipped');
    expect([lost.length, doubled.length]).toEqual([0, expect.any(Number)]);
    expect(doubled.length).toBeGreaterThan(0);
  });

  it('is seen to lose effects where it commits first', async () => {
    expect((await killAWorker('early', 'commit before effect')).lost.length).toBeGreaterThan(0);
  });
});

describe.concurrent('a relay that dies between sending and marking', () => {
  it('leaves it to another one to send again, in order and without a loss', async () => {
    expect(await killARelay('plain', '')).toEqual({ lost: [], disordered: [] });
  });

  it('is seen to lose events where it marks first', async () => {
    expect((await killARelay('early', 'marked before sent')).lost.length).toBeGreaterThan(0);
  });
});
