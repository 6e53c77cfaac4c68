import { expect, it } from 'vitest';
import { accessRule, topicResource } from '../samples.ts';
import { topicWorld } from './world.ts';

const next = 'market/orders';

it('takes a name from a resource that claimed it and is not granted it any more', async () => {
  const older = { namespace: 'market', uid: 'u2', creationTimestamp: '2026-01-01T00:00:09Z' };
  const { kafka, clusters, journal, settle, round, ready } = topicWorld([
    topicResource(),
    topicResource({}, {}, older),
  ]);
  clusters.edit('default', { spec: { access: [accessRule({ namespaces: ['shop', 'market'] })] } });
  journal.beforeRecord = () => kafka.goDown();
  await round();
  journal.beforeRecord = () => {};
  kafka.comeBack();
  expect([...journal.claims.values()]).toEqual([expect.objectContaining({ uid: 'topic-uid' })]);
  await settle(next);
  expect(ready(next)).toMatchObject({ reason: 'OwnedByOther' });
  clusters.edit('default', { spec: { access: [accessRule({ namespaces: ['market'] })] } });
  await settle(next);
  expect(ready(next)).toMatchObject({ status: 'True', reason: 'InSync' });
  expect(journal.claims.size).toBe(0);
});

it('adopts a topic that somebody claimed who is gone', async () => {
  const taker = topicResource({ adoptionPolicy: 'Take' });
  const { kafka, journal, settle, ready } = topicWorld([taker]);
  kafka.putTopic('orders', { partitions: 9 });
  journal.claims.set('kafka-1/orders', { uid: 'gone-uid', at: '2026-01-01T00:00:00Z' });
  await settle();
  expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
});

it('claims anew, before it creates a topic, one that it claimed as it was', async () => {
  const { kafka, journal, settle, ready } = topicWorld([topicResource({ partitions: 3 })]);
  journal.claims.set('kafka-1/orders', { uid: 'topic-uid', at: '2026-01-01T00:00:00Z' });
  journal.beforeRecord = () => void kafka.putTopic('orders', { partitions: 9 });
  await settle();
  expect(kafka.topics.get('orders')).toMatchObject({ partitions: 9 });
  expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
  expect(journal.claims.size).toBe(0);
});
