import { expect, it } from 'vitest';
import { claimBook, releaseOrphanedClaims } from '../../../../../src/controllers/event-topic/memory/claims.ts';
import { FakeJournal } from '../../../../fakes/fake-journal.ts';
import { FakeStore } from '../../../../fakes/fake-store.ts';
import { topicResource } from '../../samples.ts';

it('claims of resources that are gone are dropped, but for young ones, which the cache may not know yet', async () => {
  const journal = new FakeJournal();
  const claims = journal.open(claimBook);
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  await claims.record('kafka-1/orders', { uid: 'topic-uid', at: at(0).toISOString() });
  await claims.record('kafka-1/gone', { uid: 'gone-uid', at: at(0).toISOString() });
  await claims.record('kafka-1/new', { uid: 'new-uid', at: at(4).toISOString() });
  releaseOrphanedClaims(new FakeStore([topicResource()]), journal, at(5));
  expect([...journal.claims.keys()]).toEqual(['kafka-1/orders', 'kafka-1/new']);
});
