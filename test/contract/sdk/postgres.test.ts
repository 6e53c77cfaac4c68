import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createOrderDesk } from '../../../examples/marketplace/order-api/order-desk.ts';
import type { OutgoingRecord } from '../../../sdk/src/kafka/producer.ts';
import { type Database, openDatabase } from '../../../sdk/src/postgres/database.ts';
import { createInbox } from '../../../sdk/src/postgres/inbox.ts';
import { createOutbox } from '../../../sdk/src/postgres/outbox.ts';
import { eventually } from '../../helpers/eventually.ts';
import { SAMPLES } from '../../unit/marketplace/sample-events.ts';
import { ADDRESSES, log } from './support/stage.ts';

const databases: Database[] = [];
afterAll(() => Promise.all(databases.map((database) => database.close())));

async function open(schema: string): Promise<Database> {
  const database = await openDatabase({ url: ADDRESSES.DATABASE_URL, schema, log });
  databases.push(database);
  return database;
}

const event = (eventId: string, key: string) => ({
  topic: 'orders',
  key,
  envelope: { eventId, type: 'order.created', source: 'test', timestamp: 0, correlationId: 'c' },
  value: Buffer.from(eventId),
});

describe('a database', () => {
  it('is made once by many that start at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => open('many')));
    const { rows } = await (await open('many')).query('SELECT name FROM migration ORDER BY name');
    expect(rows).toEqual([{ name: '001-inbox.sql' }, { name: '002-outbox.sql' }]);
  });

  it('takes all migrations of a folder or none', async () => {
    const database = await open('broken');
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    writeFileSync(join(folder, '101-good.sql'), 'CREATE TABLE good (id int);');
    writeFileSync(join(folder, '102-bad.sql'), 'CREATE TABEL bad (id int);');
    await expect(database.migrate(folder)).rejects.toThrow('syntax error');
    rmSync(folder, { recursive: true });
    const { rows } = await database.query(`SELECT to_regclass('good') AS found`);
    expect(rows).toEqual([{ found: null }]);
  });

  it('tells who swallowed an error that nothing was committed', async () => {
    const database = await open('swallowed');
    await database.query('CREATE TABLE effect (id int PRIMARY KEY)');
    const swallowing = database.transact(async (transaction) => {
      await transaction.query('INSERT INTO effect VALUES (1)');
      await transaction.query('INSERT INTO effect VALUES (1)').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('the transaction was rolled back');
    expect((await database.query('SELECT id FROM effect')).rows).toEqual([]);
  });

  it('outlives a connection that ends inside of a transaction', async () => {
    const database = await open('ended');
    const ended = database.transact(async (transaction) => {
      const { rows } = await transaction.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const [pid] = rows.map((row) => row.pid);
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
      // Whoever does something else meanwhile has no query that could fail.
      const isThere = async () =>
        (await database.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rows.length;
      await eventually(async () => expect(await isThere()).toBe(0), { within: 30_000 });
      await transaction.query('SELECT 1');
    });
    await expect(ended).rejects.toThrow();
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('refuses a schema whose name would have to be quoted', async () => {
    await expect(open('a; DROP TABLE b')).rejects.toThrow('"a; DROP TABLE b" is not a name of a schema');
  });
});

describe('the inbox', () => {
  it('knows an event once its transaction is committed, and forgets one that was rolled back', async () => {
    const database = await open('inbox');
    const inbox = createInbox();
    const enter = (group = 'g') => database.transact((transaction) => inbox.enter(transaction, group, 'e'));
    const failing = database.transact(async (transaction) => {
      await inbox.enter(transaction, 'g', 'e');
      throw new Error('the effect failed');
    });
    await expect(failing).rejects.toThrow('the effect failed');
    expect([await enter(), await enter(), await enter('other')]).toEqual([true, false, true]);
  });

  it('lets a second delivery wait for how the first one ends', async () => {
    const database = await open('inbox');
    const inbox = createInbox();
    const enter = () => database.transact((transaction) => inbox.enter(transaction, 'g', 'twice'));
    expect((await Promise.all([enter(), enter(), enter()])).filter((first) => first)).toHaveLength(1);
  });

  it('forgets what was handled longer ago', async () => {
    const database = await open('inbox');
    const inbox = createInbox();
    const rows = async () => (await database.query('SELECT event_id FROM inbox')).rowCount;
    await database.transact((transaction) => inbox.forget(transaction, 3_600));
    expect(await rows()).toBeGreaterThan(0);
    await database.transact((transaction) => inbox.forget(transaction, 0));
    expect(await rows()).toBe(0);
  });
});

describe('the outbox', () => {
  it('sends what was committed, with its envelope, and nothing else', async () => {
    const database = await open('outbox');
    const outbox = createOutbox();
    const failing = database.transact(async (transaction) => {
      await outbox.add(transaction, event('never', 'k'));
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await database.transact((transaction) => outbox.add(transaction, event('one', 'k')));
    const sent: OutgoingRecord[] = [];
    const round = () =>
      database.transact((transaction) =>
        outbox.sendSome(transaction, 10, async (records) => {
          sent.push(...records);
        }),
      );
    expect([await round(), await round()]).toEqual([1, 0]);
    expect(sent).toMatchObject([
      { topic: 'orders', key: 'k', value: Buffer.from('one'), headers: { ce_id: 'one', ce_correlationid: 'c' } },
    ]);
  });

  it('keeps what could not be sent', async () => {
    const database = await open('outbox');
    const outbox = createOutbox();
    await database.transact((transaction) => outbox.add(transaction, event('two', 'k')));
    const round = (send: () => Promise<void>) =>
      database.transact((transaction) => outbox.sendSome(transaction, 10, send));
    await expect(round(() => Promise.reject(new Error('brokers are away')))).rejects.toThrow('brokers are away');
    expect(await round(async () => {})).toBe(1);
  });

  it('lets who adds to a key wait until others have committed theirs, so that positions tell the order', async () => {
    const database = await open('outbox');
    const outbox = createOutbox();
    const added = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const order: string[] = [];
    const first = database.transact(async (transaction) => {
      await outbox.add(transaction, event('first', 'same'));
      added.resolve();
      await mayCommit.promise;
      order.push('first');
    });
    await added.promise;
    const second = database.transact(async (transaction) => {
      await outbox.add(transaction, event('second', 'same'));
      order.push('second');
    });
    const another = database.transact((transaction) => outbox.add(transaction, event('another', 'different')));
    await another; // nobody waits for another key
    mayCommit.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    const sql = `SELECT id FROM outbox WHERE id IN ('first', 'second') ORDER BY position`;
    expect((await database.query(sql)).rows).toEqual([{ id: 'first' }, { id: 'second' }]);
  });

  it('gives a lane to one relay at a time', async () => {
    const database = await open('lanes');
    const outbox = createOutbox();
    await database.transact((transaction) => outbox.add(transaction, event('e1', 'k')));
    const sending = Promise.withResolvers<void>();
    const maySend = Promise.withResolvers<void>();
    const first = database.transact((transaction) =>
      outbox.sendSome(transaction, 10, async () => {
        sending.resolve();
        await maySend.promise;
      }),
    );
    await sending.promise;
    await database.transact((transaction) => outbox.add(transaction, event('e2', 'k')));
    const round = () => database.transact((transaction) => outbox.sendSome(transaction, 10, async () => {}));
    expect(await round()).toBe(0);
    maySend.resolve();
    expect([await first, await round()]).toEqual([1, 1]);
  });
});

describe("the shop's desk", () => {
  it('takes an order once, knows it again, and refuses another one with its key', async () => {
    const database = await open('desk');
    await database.migrate(fileURLToPath(new URL('../../../examples/marketplace/order-api/tables', import.meta.url)));
    const outbox = createOutbox();
    const desk = createOrderDesk({
      database,
      add: (transaction, type, { eventId, orderId }) =>
        outbox.add(transaction, { ...event(eventId, orderId), topic: type }),
    });
    const order = SAMPLES['order.created'];
    const [hash, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const placed = await Promise.all([desk.place(order, hash), desk.place(order, hash)]);
    expect(placed.sort()).toEqual(['Known', 'Taken']);
    expect(await desk.place(order, other)).toBe('OtherOrder');
    expect((await database.query('SELECT id FROM outbox')).rowCount).toBe(1);
  });
});
