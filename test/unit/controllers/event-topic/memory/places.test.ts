import { describe, expect, it } from 'vitest';
import { countBefore } from '../../../../../src/controllers/event-topic/memory/places.ts';
import type { EventTopic } from '../../../../../src/crds/event-topic.ts';
import type { KubeObject } from '../../../../../src/ports/kube.ts';
import { accessRule, topicResource } from '../../samples.ts';
import { topicWorld } from '../world.ts';

const me = { namespace: 'shop', name: 'me', uid: 'm', creationTimestamp: '2026-01-02T00:00:00Z', recorded: false };

describe('before a topic that does not exist yet', () => {
  it.each([
    {
      it: 'come those that exist, even younger ones',
      other: { creationTimestamp: '2026-01-03T00:00:00Z', recorded: true },
      before: 1,
    },
    { it: 'come those that were asked for earlier', other: { creationTimestamp: '2026-01-01T00:00:00Z' }, before: 1 },
    { it: 'come, of the same second, those with a smaller UID', other: { uid: 'a' }, before: 1 },
    { it: 'do not come those of the same second with a larger UID', other: { uid: 'z' }, before: 0 },
    {
      it: 'do not come those that were asked for later',
      other: { creationTimestamp: '2026-01-03T00:00:00Z' },
      before: 0,
    },
  ])('$it', ({ other, before }) => {
    expect(countBefore(me, [{ ...me, uid: 'other', ...other }], 9, () => true)).toBe(before);
  });

  it('come only those that count, and no more are asked than matter', () => {
    const others = ['a', 'b', 'c', 'd', 'z'].map((uid) => ({ ...me, uid }));
    const asked: string[] = [];
    const before = countBefore(me, others, 2, ({ uid }) => {
      asked.push(uid);
      return uid !== 'a';
    });
    expect(before).toBe(2);
    expect(asked).toEqual(['a', 'b', 'c']);
  });
});

/** Names say the order of creation. */
const topicNamed = (name: string, namespace = 'shop', spec: Partial<EventTopic['spec']> = {}) =>
  topicResource(
    { clusterRef: { name: 'default' }, ...spec },
    {},
    { name, namespace, uid: `uid-${namespace}-${name}`, creationTimestamp: `2026-01-01T00:00:0${name.slice(-1)}Z` },
  );

function limited(most: number, resources: readonly EventTopic[]) {
  const world = topicWorld(resources);
  const limit = (maxTopicsPerNamespace: number) =>
    world.clusters.edit('default', { spec: { access: [accessRule({ namespaces: ['*'], maxTopicsPerNamespace })] } });
  limit(most);
  return { ...world, limit, live: () => [...world.kafka.topics.keys()].sort() };
}

describe('a namespace with a limited number of topics', () => {
  const names = ['t1', 't2', 't3', 't4'];
  const four = () => names.map((name) => topicNamed(name));

  it('gets its oldest ones, whichever is looked at first', async () => {
    const { settle, ready, live } = limited(2, four());
    for (const name of [...names].reverse()) await settle(`shop/${name}`);
    expect(live()).toEqual(['t1', 't2']);
    expect(ready('shop/t4')).toMatchObject({ status: 'False', reason: 'QuotaExceeded' });
  });

  it('gets no more of them when all are looked at together', async () => {
    const { round, live } = limited(2, four());
    await Promise.all(names.map((name) => round(`shop/${name}`)));
    expect(live()).toEqual(['t1', 't2']);
  });

  it('gets no more of them when an older one appears while a younger one is being created', async () => {
    const { topics, round, live, journal } = limited(1, [topicNamed('t4')]);
    journal.beforeRecord = async () => {
      if (topics.get('shop/t1')) return;
      topics.create(topicNamed('t1'));
      await round('shop/t1');
    };
    await round('shop/t4');
    expect(live()).toEqual(['t4']);
  });

  it('keeps what it has when the limit is lowered, and gets a free place when one goes', async () => {
    const { topics, limit, settle, ready, live } = limited(3, four());
    for (const name of names) await settle(`shop/${name}`);
    limit(2);
    for (const name of names) await settle(`shop/${name}`);
    expect(live()).toEqual(['t1', 't2', 't3']);
    expect(ready('shop/t3')).toMatchObject({ status: 'True' });
    for (const name of ['t1', 't2']) {
      topics.delete(`shop/${name}`);
      await settle(`shop/${name}`);
    }
    await settle('shop/t4');
    expect(ready('shop/t4')).toMatchObject({ status: 'True' });
  });

  it('is told apart from other namespaces', async () => {
    const { settle, ready } = limited(1, [topicNamed('t1', 'other'), topicNamed('t2')]);
    await settle('other/t1');
    await settle('shop/t2');
    expect(ready('shop/t2')).toMatchObject({ status: 'True' });
  });

  it('counts neither topics that others own nor those that it may not have', async () => {
    const { clusters, settle, ready } = limited(1, [
      topicNamed('t1', 'other', { topicName: 'taken' }),
      topicNamed('t2', 'shop', { topicName: 'taken' }),
      topicNamed('t3', 'shop', { topicName: 'private' }),
      topicNamed('t4'),
    ]);
    const access = [accessRule({ namespaces: ['*'], topics: ['t*'], maxTopicsPerNamespace: 1 })];
    clusters.edit('default', { spec: { access } });
    for (const key of ['other/t1', 'shop/t2', 'shop/t3', 'shop/t4']) await settle(key);
    expect(ready('shop/t2')).toMatchObject({ reason: 'OwnedByOther' });
    expect(ready('shop/t3')).toMatchObject({ reason: 'NotGranted' });
    expect(ready('shop/t4')).toMatchObject({ status: 'True' });
  });
});

describe('a namespace whose access depends on its labels', () => {
  const shop = (labels: Record<string, string>) =>
    ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } }) as unknown as KubeObject;
  const byLabel = () => {
    const world = topicWorld([topicNamed('t1')]);
    const access = [accessRule({ namespaceSelector: { matchLabels: { tier: 'gold' } } })];
    world.clusters.edit('default', { spec: { access } });
    return world;
  };

  it('waits until they are known', async () => {
    const { round, ready, condition, namespaces, settle } = byLabel();
    await round('shop/t1');
    expect(ready('shop/t1')).toMatchObject({ status: 'False', reason: 'Progressing' });
    expect(condition('Stalled', 'shop/t1')).toBeUndefined();
    namespaces.create(shop({ tier: 'gold' }));
    await settle('shop/t1');
    expect(ready('shop/t1')).toMatchObject({ status: 'True' });
  });

  it('loses access with the label, and no topic', async () => {
    const { namespaces, settle, ready, kafka } = byLabel();
    namespaces.create(shop({ tier: 'gold' }));
    await settle('shop/t1');
    namespaces.edit('shop', { metadata: { labels: { tier: 'tin' } } });
    await settle('shop/t1');
    expect(ready('shop/t1')).toMatchObject({ status: 'False', reason: 'NotGranted' });
    expect(kafka.topics.has('t1')).toBe(true);
  });
});
