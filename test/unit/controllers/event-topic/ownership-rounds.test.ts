import { describe, expect, it } from 'vitest';
import type { EventTopicSpec, EventTopicStatus } from '../../../../src/crds/event-topic.ts';
import { accessRule, clusterOf, topicResource } from '../samples.ts';
import { kafkaId, topicWorld } from './world.ts';

type World = ReturnType<typeof topicWorld>;
const owner = 'shop/orders';
const rival = 'market/orders';
const { metadata } = clusterOf();

/** A second EventCluster for the same Kafka cluster, which gives the other namespace all that there is to give. */
const second = clusterOf(
  {
    access: [
      accessRule({ namespaces: ['market'], deletionPolicies: ['Retain', 'Delete'], adoptionPolicies: ['Take'] }),
    ],
  },
  { metadata: { ...metadata, name: 'second' } },
);

const younger = { namespace: 'market', uid: 'rival-uid', creationTimestamp: '2026-01-01T00:00:09Z' };
const older = { name: 'older', uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
const greed: Partial<EventTopicSpec> = {
  clusterRef: { name: 'second' },
  adoptionPolicy: 'Take',
  deletionPolicy: 'Delete',
  partitions: 9,
  keyed: false,
  config: { 'retention.ms': 1 },
};

/** "shop/orders" owns its topic through the EventCluster "default"; "market/orders" wants it through another one. */
async function owned(spec: Partial<EventTopicSpec> = {}, wish: Partial<EventTopicSpec> = {}) {
  const all = topicWorld([topicResource({ config: { 'retention.ms': 5 }, ...spec })], [second]);
  await all.settle();
  all.topics.create(topicResource({ ...greed, ...wish }, {}, younger));
  await all.settle(rival);
  await all.settle();
  expect(all.ready(rival)).toMatchObject({ reason: 'OwnedByOther' });
  return { ...all, live: () => all.kafka.topics.get('orders') };
}

const ready = (reason: string) => ({ type: 'Ready', status: 'False', reason, message: 'x', lastTransitionTime: 'x' });
const back = { ...clusterOf(), metadata };
const troubles: { it: string; begin: (all: World) => void; end: (all: World) => void }[] = [
  {
    it: 'is gone',
    begin: ({ clusters }) => clusters.delete('default'),
    end: ({ clusters }) => void clusters.create(back),
  },
  {
    it: 'was made anew and has not been reached',
    begin: ({ clusters }) => clusters.editStatus('default', { clusterId: null }),
    end: ({ clusters }) => clusters.editStatus('default', { clusterId: kafkaId }),
  },
  {
    it: 'reaches another Kafka cluster than before',
    begin: ({ clusters }) => clusters.editStatus('default', { conditions: [ready('ClusterIdChanged')] }),
    end: ({ clusters }) => clusters.editStatus('default', { conditions: [] }),
  },
  {
    it: 'names a Kafka cluster that has not answered',
    begin: ({ clusters }) => clusters.edit('default', { spec: { kafka: { clusterId: 'kafka-9' } } }),
    end: ({ clusters }) => clusters.edit('default', { spec: { kafka: { clusterId: null } } }),
  },
  {
    it: 'gives access by labels that have not been seen',
    begin: ({ clusters }) =>
      clusters.edit('default', {
        spec: { access: [accessRule({ namespaceSelector: { matchLabels: { tier: 'gold' } } })] },
      }),
    end: ({ clusters }) => clusters.edit('default', { spec: { access: clusterOf().spec.access } }),
  },
];

describe('while the EventCluster of the owner', () => {
  it.each(troubles)('$it, nobody else gets the topic, changes it or deletes it', async ({ begin, end }) => {
    const all = await owned();
    const { topics, settle, condition, live } = all;
    const before = structuredClone(live());
    begin(all);
    for (const key of [rival, owner, rival]) await settle(key);
    expect(condition('Stalled', rival)).toMatchObject({
      reason: 'OwnedByOther',
      message: 'topic "orders" is owned by a resource in another namespace; delete one of the two resources',
    });
    expect(live()).toEqual(before);
    expect(condition('Reconciling') ?? condition('Stalled')).toMatchObject({ status: 'True' });

    topics.delete(rival);
    await settle(rival);
    expect(topics.get(rival)).toBeUndefined();
    expect(live()).toEqual(before);

    end(all);
    await settle();
    expect(all.ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(live()).toEqual(before);
  });

  it.each(troubles)('$it, an owner that goes leaves the topic to the next one', async ({ begin }) => {
    const all = await owned({}, { adoptionPolicy: 'Never', config: { 'retention.ms': 7 }, partitions: 1 });
    const { topics, settle, live } = all;
    const { id } = live() ?? {};
    begin(all);
    await settle();
    topics.delete(owner);
    await settle();
    expect(topics.get(owner)).toBeUndefined();
    await settle(rival);
    expect(all.ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(live()).toMatchObject({ id, config: new Map([['retention.ms', '7']]) });
  });

  it('is gone, not even an owner that wants its topic deleted deletes it from the next one', async () => {
    const { clusters, topics, settle, live, notes } = await owned({ deletionPolicy: 'Delete' });
    clusters.delete('default');
    topics.delete(owner);
    await settle();
    expect(topics.get(owner)).toBeUndefined();
    expect(live()).toBeDefined();
    expect(notes.map(({ message }) => message)).toContain(
      'handed topic "orders" over to the next resource that claims it',
    );
  });

  it('is gone, what it was about to create is still its own', async () => {
    const named = topicResource({ clusterRef: { name: 'default' } });
    const { kafka, clusters, topics, settle, round, ready } = topicWorld([named], [second]);
    kafka.loseAnswer(3);
    await round();
    expect(topics.must(owner).status).not.toHaveProperty('topicId');
    topics.create(topicResource({ ...greed }, {}, younger));
    clusters.delete('default');
    await settle(rival);
    expect(ready(rival)).toMatchObject({ reason: 'OwnedByOther' });
  });
});

describe('an owner whose EventCluster grants it the topic no more', () => {
  async function revoked() {
    const all = await owned();
    all.clusters.edit('default', { spec: { access: [] } });
    await all.settle();
    await all.settle(rival);
    return all;
  }

  it('or is known to be another Kafka cluster by now, owns nothing in the old one', async () => {
    const { clusters, settle, ready } = await owned();
    clusters.edit('default', { spec: { kafka: { clusterId: 'kafka-9' } } });
    clusters.editStatus('default', { clusterId: 'kafka-9' });
    await settle(rival);
    expect(ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it.each([
    { it: 'and is ready', clusterId: kafkaId },
    { it: 'and has not been reached', clusterId: null },
  ])('$it, owns nothing', async ({ clusterId }) => {
    const { clusters, settle, ready } = await owned();
    clusters.edit('default', { spec: { access: [] } });
    clusters.editStatus('default', { clusterId });
    await settle(rival);
    expect(ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('forgets the topic once somebody else has it, and does not take it back', async () => {
    const { clusters, topics, round, settle, ready } = await revoked();
    expect(ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
    await round();
    await settle();
    for (const field of ['topicId', 'clusterId', 'appliedConfig', 'observed']) {
      expect(topics.must(owner).status).not.toHaveProperty(field);
    }
    clusters.delete('default');
    await settle(rival);
    expect(ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
    clusters.create(back);
    await settle();
    await settle(rival);
    expect(ready()).toMatchObject({ reason: 'OwnedByOther' });
    expect(ready(rival)).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('an older resource through an EventCluster that nobody knows', () => {
  const records: { it: string; status: Partial<EventTopicStatus> }[] = [
    { it: 'and without a record', status: {} },
    { it: 'and with the id of another topic', status: { clusterId: kafkaId, topicId: 'guessed' } },
    { it: 'and with a record of another Kafka cluster', status: { clusterId: 'kafka-2', topicId: 'id-1' } },
  ];

  it.each(records)('$it, holds nothing', async ({ status }) => {
    const { kafka, topics, settle, ready } = topicWorld([topicResource({ adoptionPolicy: 'Take' })]);
    kafka.putTopic('orders');
    topics.create(topicResource({ topicName: 'orders', clusterRef: { name: 'nowhere' } }, status, older));
    await settle('shop/older');
    await settle();
    expect(ready('shop/older')).toMatchObject({ reason: 'ClusterNotFound' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});
