import { describe, expect, it } from 'vitest';
import { claimBook } from '../../../src/controllers/event-topic/memory/claims.ts';
import { deletionBook } from '../../../src/controllers/event-topic/memory/deletion-brake.ts';
import { departureBook } from '../../../src/controllers/event-topic/memory/departures.ts';
import { brokerThrottleBook, topicThrottleBook } from '../../../src/controllers/event-topic/reassignment/records.ts';
import type { BookType, Journal } from '../../../src/ports/journal.ts';

/** A process that keeps the journal, and what others find there that begin to lead later. */
export interface JournalSubject {
  journal: Journal;
  another(): Promise<Journal>;
}

const at = '2026-01-01T00:00:00.000Z';
const setting = { before: null, ours: ['100'] };

/** A record of each book under one key as far as that can be, and another one that takes its place. */
function describeBook<Value>(type: BookType<Value>, key: string, first: Value, second: Value) {
  return (open: () => Promise<JournalSubject>) => {
    const stored = async ({ another }: JournalSubject) => (await another()).open(type).find(key);

    it(`keep their records: ${type.name}`, async () => {
      const subject = await open();
      const book = subject.journal.open(type);
      expect(book.find(key)).toBeUndefined();
      await book.record(key, first);
      expect(book.find(key)).toEqual(first);
      expect(await stored(subject)).toEqual(first);
      expect([...(await subject.another()).open(type).list()]).toEqual([{ key, value: first }]);
      await book.record(key, second);
      expect(await stored(subject)).toEqual(second);
      book.release(key);
      expect(book.find(key)).toBeUndefined();
      await writeSomething(subject);
      expect(await stored(subject)).toBeUndefined();
    });
  };
}

const name = 'cluster/orders';
const claim = { uid: 'u1', at, creates: true };

/** With which releases travel, that would else wait for seconds. */
function writeSomething({ journal }: Pick<JournalSubject, 'journal'>): Promise<void> {
  return journal.open(claimBook).record('cluster/something', claim);
}
const departure = { topicId: 'id-1', appliedConfig: { 'retention.ms': '5' }, atMs: 7 };

const books = [
  describeBook(claimBook, name, claim, { ...claim, replaces: 'id-1', id: 'id-2' }),
  describeBook(
    topicThrottleBook,
    name,
    { topicId: 'id-1', targets: { '0': [1, 2] }, settings: {} },
    { topicId: 'id-1', targets: { '1': [2] }, settings: { 'a.b': setting } },
  ),
  describeBook(brokerThrottleBook, 'cluster/1', { settings: {} }, { settings: { rate: setting } }),
  describeBook(deletionBook, 'cluster', [[1, 1]], [[1, 2]]),
  describeBook(departureBook, 'departures', [['shop/orders', departure]], [['shop/mail', departure]]),
];

/** What whoever keeps records relies on. */
export function describeJournal(subject: string, open: () => Promise<JournalSubject>): void {
  describe(`the books of a journal ${subject}`, () => {
    for (const describeOne of books) describeOne(open);

    it('keep records of one name apart', async () => {
      const { journal, another } = await open();
      const claims = journal.open(claimBook);
      const throttles = journal.open(topicThrottleBook);
      await Promise.all([
        claims.record(name, claim),
        throttles.record(name, { topicId: 'x', targets: {}, settings: {} }),
      ]);
      throttles.release(name);
      await writeSomething({ journal });
      expect((await another()).open(topicThrottleBook).find(name)).toBeUndefined();
      expect((await another()).open(claimBook).find(name)).toEqual(claim);
      expect([...journal.open(topicThrottleBook).list()]).toEqual([]);
    });

    it('give no claim to somebody else before it is released', async () => {
      const { journal, another } = await open();
      const claims = journal.open(claimBook);
      await claims.record(name, claim);
      await expect(claims.record(name, { ...claim, uid: 'u2' })).rejects.toMatchObject({
        kind: 'conflict',
        code: 'CLAIMED',
      });
      claims.release(name);
      await claims.record(name, { ...claim, uid: 'u2' });
      expect((await another()).open(claimBook).find(name)).toMatchObject({ uid: 'u2' });
    });

    it('hold what many record at once', async () => {
      const { journal, another } = await open();
      const all = Array.from({ length: 200 }, (_, n) => ({ uid: `u${n}`, at }));
      const claims = journal.open(claimBook);
      await Promise.all(all.map((one, n) => claims.record(`cluster/topic-${n}`, one)));
      const found = (await another()).open(claimBook);
      expect(all.map((_, n) => found.find(`cluster/topic-${n}`))).toEqual(all);
    });
  });
}
