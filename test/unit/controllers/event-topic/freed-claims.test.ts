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
