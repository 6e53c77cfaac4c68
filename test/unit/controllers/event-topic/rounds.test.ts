import { describe, expect, it } from 'vitest';
import type { EventTopicSpec } from '../../../../src/crds/event-topic.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import { expectIdle } from '../../../helpers/expect-idle.ts';
import { clusterOf, consumerResource, topicResource } from '../samples.ts';
import { kafkaId, topicWorld } from './world.ts';

const key = 'shop/orders';
const world = (spec: Partial<EventTopicSpec> = {}) => topicWorld([topicResource(spec)]);
const lost = new Fault('kafka', 'unavailable', 'no answer');

describe('rounds of an EventTopic', () => {
  it('create a topic with one status write, and are idle afterwards', async () => {
    const { kafka, journal, topics, settle, ready, round } = world({ partitions: 3 });
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(topics.writes.map(({ verb }) => verb)).toEqual(['patchStatus']);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(journal.claims.size).toBe(0);
    await expectIdle(round, kafka, topics, journal);
  });

  it('point out partitions that nobody needs, and stay calm about it over a restart', async () => {
    const { kafka, topics, clock, settle, round, condition, restart } = world({ partitions: 13 });
    await settle();
    for (let minutes = 0; minutes < 60; minutes += 5) {
      expect(condition('OverPartitioned')).toBeUndefined();
      clock.jump(300_000);
      await round();
    }
    expect(condition('OverPartitioned')).toMatchObject({ status: 'True', reason: 'OverPartitioned' });
    await expectIdle(round, kafka, topics);
    restart();
    await expectIdle(round, kafka, topics);
  });

  it('know their own topic again when the answer to its creation was lost', async () => {
    const { kafka, settle, ready, notes } = world({ partitions: 3 });
    kafka.loseAnswer(3, lost);
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True' });
    expect(notes.map(({ reason }) => reason)).not.toContain('Adopted');
  });

  it('say that the quota of the operator is used up, once, and create the topic when it is not any more', async () => {
    const { kafka, topics, settle, ready, round, condition } = world({ partitions: 3 });
    const creation = 3;
    for (const retryAfterMs of [9_000, 3_000]) {
      kafka.failCall(creation, new Fault('kafka', 'throttled', 'the quota is used up', { retryAfterMs }));
      expect((await round())?.outcome).toMatchObject({ kind: 'retry', afterMs: retryAfterMs });
      expect(condition('Reconciling')).toMatchObject({ reason: 'KafkaThrottled', message: 'the quota is used up' });
    }
    expect(topics.writes).toHaveLength(1);
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('leave a topic alone that a stranger created a moment before', async () => {
    const { kafka, journal, settle, ready } = world({ partitions: 3 });
    journal.beforeRecord = () => void kafka.putTopic('orders', { partitions: 9 });
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 9 });
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
    expect(journal.claims.size).toBe(0);
  });

  it('delete their topic by id, and let the resource go', async () => {
    const { kafka, topics, settle, notes } = world({ deletionPolicy: 'Delete' });
    await settle();
    topics.delete(key);
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
    expect(notes.map(({ reason }) => reason)).toEqual(['Created', 'Deleted']);
  });

  it('keep the topic when the policy turns to Retain right before the deletion', async () => {
    const { kafka, topics, settle } = world({ deletionPolicy: 'Delete' });
    await settle();
    topics.delete(key);
    topics.edit(key, { spec: { deletionPolicy: 'Retain' } });
    await settle();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(topics.get(key)).toBeUndefined();
  });

  it('keep what is in sync as it is while the brokers are away', async () => {
    const { kafka, topics, settle, round, ready } = world();
    await settle();
    kafka.goDown();
    await expectIdle(round, topics);
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('act on nothing that they cannot read', async () => {
    const { kafka, topics, settle, ready } = world({ deletionPolicy: 'Delete' });
    topics.problems.set(key, ['spec.adoptionPolicy: no such option']);
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(topics.must(key).metadata.finalizers).toBeUndefined();
    expect(ready()).toMatchObject({ status: 'False', reason: 'InvalidSpec' });
  });

  it('let a resource go that they cannot read, and keep its topic', async () => {
    const { kafka, topics, settle, notes } = world({ deletionPolicy: 'Delete' });
    await settle();
    topics.problems.set(key, ['spec.adoptionPolicy: no such option']);
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(notes.at(-1)).toMatchObject({ type: 'Warning', reason: 'Released' });
  });

  it('touch nothing in a cluster that answers with another id', async () => {
    const { kafka, settle, ready } = world();
    kafka.clusterId = 'another-cluster-id-000';
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
  });

  it('forget nothing of a topic while another cluster than the one that is meant answers', async () => {
    const { kafka, clusters, topics, settle, ready } = world({
      adoptionPolicy: 'Never',
      config: { 'retention.ms': 5 },
    });
    await settle();
    const { topicId, appliedConfig, observed } = topics.must(key).status ?? {};
    clusters.edit('default', { spec: { kafka: { clusterId: 'a-cluster-id-by-mistake' } } });
    kafka.putTopic('orders', { id: 'id-elsewhere', partitions: 9 });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
    expect(topics.must(key).status).toMatchObject({ topicId, appliedConfig, observed, clusterId: kafka.clusterId });
  });

  const calls = [1, 2, 3, 4, 5, 6, 7, 8];
  it.each(calls)('end in the same world when call %i to the brokers fails', async (call) => {
    const { kafka, topics, settle, ready } = world({ partitions: 3, deletionPolicy: 'Delete' });
    kafka.failCall(call, lost);
    await settle();
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    topics.delete(key);
    await settle();
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });

  it.each(calls)('end in the same world when the answer to call %i to the API server is lost', async (call) => {
    const { kafka, topics, settle, ready } = world({ partitions: 3, deletionPolicy: 'Delete' });
    topics.failCall(call, new Fault('kubernetes', 'unavailable', 'no answer'), { applied: true });
    await settle();
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    topics.delete(key);
    await settle();
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });
});

describe('a topic that a refused creation left to others', () => {
  it('is not deleted with the resource', async () => {
    const { kafka, topics, settle, ready } = world({ deletionPolicy: 'Delete', config: { 'retention.ms': 'abc' } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'ConfigRejected' });
    kafka.putTopic('orders', { partitions: 9 });
    topics.delete(key);
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 9 });
    expect(topics.get(key)).toBeUndefined();
  });

  it('is not taken over when it differs', async () => {
    const { kafka, topics, settle, ready } = world({ partitions: 3, replicationFactor: 30 });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'NotEnoughBrokers' });
    kafka.putTopic('orders', { partitions: 1 });
    topics.edit(key, { spec: { replicationFactor: 1 } });
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 1 });
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
  });
});

describe('the owner of a topic', () => {
  const green = clusterOf({}, { metadata: { ...clusterOf().metadata, name: 'green' } });

  it('is one of all EventClusters that name the same Kafka cluster, and the other one inherits', async () => {
    const younger = { name: 'heir', uid: 'heir-uid', creationTimestamp: '2026-01-01T00:00:09Z' };
    const heir = topicResource({ topicName: 'orders', clusterRef: { name: 'green' } }, {}, younger);
    const { kafka, topics, settle, ready } = topicWorld([topicResource({ deletionPolicy: 'Delete' }), heir], [green]);
    await settle();
    await settle('shop/heir');
    expect(ready('shop/heir')).toMatchObject({ status: 'False', reason: 'OwnedByOther' });
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    await settle('shop/heir');
    expect(kafka.topics.has('orders')).toBe(true);
    expect(ready('shop/heir')).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('has a grant: an older resource without one holds nothing, and is told nothing of the topic', async () => {
    const older = { namespace: 'evil', uid: 'evil-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
    const { kafka, topics, settle, ready } = topicWorld([topicResource({}, {}, older), topicResource()]);
    await settle('evil/orders');
    await settle();
    await settle('evil/orders');
    expect(kafka.topics.has('orders')).toBe(true);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(ready('evil/orders')).toMatchObject({ status: 'False', reason: 'NotGranted' });
    expect(topics.must('evil/orders').status).not.toHaveProperty('observed');
  });

  it('leaves no claim behind when it goes before its status names the topic', async () => {
    const { kafka, journal, topics, round } = world();
    kafka.loseAnswer(3, lost);
    await round();
    expect(kafka.topics.has('orders')).toBe(true);
    expect([...journal.claims.values()]).toEqual([expect.objectContaining({ uid: 'topic-uid' })]);
    topics.delete(key);
    expect(journal.claims.size).toBe(0);
  });

  it('creates the topic anew in a Kafka cluster that a person acknowledged', async () => {
    const { kafka, clusters, topics, settle, ready } = world({ partitions: 3 });
    await settle();
    const before = topics.must(key).status?.topicId;
    kafka.topics.clear();
    kafka.clusterId = 'kafka-2';
    clusters.edit('default', { spec: { kafka: { clusterId: 'kafka-2' } } });
    await settle();
    const topicId = kafka.topics.get('orders')?.id;
    expect(topicId).not.toBe(before);
    expect(topics.must(key).status).toMatchObject({ topicId, clusterId: 'kafka-2' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('the removal of a topic', () => {
  it.each([
    { it: 'waits for a consumer in its Kafka cluster', clusterId: kafkaId, kept: true },
    { it: 'does not wait for one that reads the same name elsewhere', clusterId: 'kafka-2', kept: false },
  ])('$it', async ({ clusterId, kept }) => {
    const other = clusterOf({}, { metadata: { ...clusterOf().metadata, name: 'other' }, status: { clusterId } });
    const { kafka, topics, consumers, settle } = topicWorld([topicResource({ deletionPolicy: 'Delete' })], [other]);
    consumers.create(consumerResource({ clusterRef: { name: 'other' } }));
    await settle();
    topics.delete(key);
    await settle();
    expect(kafka.topics.has('orders')).toBe(kept);
    expect(topics.get(key) !== undefined).toBe(kept);
  });

  it('does not hold a namespace that goes when the cluster never answered', async () => {
    const { clusters, namespaces, topics, settle, ready } = world({ deletionPolicy: 'Delete' });
    clusters.editStatus('default', { clusterId: null });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterNotReady' });
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    namespaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', deletionTimestamp } });
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
  });
});

describe('a topic that was lost', () => {
  const lostWorld = async (spec: Partial<EventTopicSpec> = {}) => {
    const all = world({ partitions: 3, config: { 'retention.ms': 5 }, ...spec });
    await all.settle();
    const lostId = all.topics.must(key).status?.topicId ?? '';
    all.kafka.topics.delete('orders');
    await all.settle();
    return { ...all, lostId };
  };

  it('is not created again until its id is given, and then once', async () => {
    const { kafka, topics, journal, settle, ready, lostId } = await lostWorld();
    expect(ready()).toMatchObject({ status: 'False', reason: 'TopicDeletedOutOfBand' });
    topics.edit(key, { spec: { recreateLostTopicId: lostId } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3, config: new Map([['retention.ms', '5']]) });
    expect(topics.must(key).status?.topicId).toBe(kafka.topics.get('orders')?.id);
    expect(journal.claims.size).toBe(0);
    kafka.topics.delete('orders');
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'TopicDeletedOutOfBand' });
    expect(kafka.topics.size).toBe(0);
  });

  it('is known again when the answer to its second creation was lost', async () => {
    const { kafka, topics, settle, ready, lostId } = await lostWorld({ adoptionPolicy: 'Never' });
    topics.edit(key, { spec: { recreateLostTopicId: lostId } });
    kafka.loseAnswer(3, lost);
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status?.topicId).toBe(kafka.topics.get('orders')?.id);
  });

  it('is replaced by the one that somebody created, once that one is accepted', async () => {
    const { kafka, topics, journal, settle, ready, notes } = await lostWorld();
    const { id } = kafka.putTopic('orders', { partitions: 9, config: new Map([['segment.ms', '7']]) });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'TopicRecreated' });
    topics.edit(key, { spec: { acceptTopicId: id, partitions: 9 } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status).toMatchObject({ topicId: id, appliedConfig: { 'retention.ms': '5' } });
    expect(kafka.topics.get('orders')?.config).toEqual(
      new Map([
        ['segment.ms', '7'],
        ['retention.ms', '5'],
      ]),
    );
    expect(notes.map(({ reason }) => reason)).toContain('Adopted');
    expect(journal.claims.size).toBe(0);
  });
});

describe('a broker that shows another value than was set', () => {
  it('is asked once an hour, and the disagreement is told', async () => {
    const { kafka, settle, ready, topics, clock } = world({ config: { 'retention.ms': 5 } });
    kafka.rewrite = () => '9';
    await settle();
    const created = kafka.writes;
    topics.edit(key, { spec: { config: { 'retention.ms': 6 } } });
    await settle();
    expect(kafka.writes).toBe(created + 1);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ValueRewrittenByBroker' });
    for (let minutes = 0; minutes < 180; minutes += 5) {
      await clock.advance(300_000);
      await settle();
    }
    expect(kafka.writes - created).toBeLessThanOrEqual(4);
    expect(kafka.writes - created).toBeGreaterThan(1);
    topics.edit(key, { spec: { config: { 'retention.ms': 9 } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('a setting that is written', () => {
  it('is told to be changed, or to be set back when only others had changed it', async () => {
    const { kafka, topics, settle, notes } = world({ config: { 'retention.ms': 5 } });
    await settle();
    topics.edit(key, { spec: { config: { 'segment.ms': 7, 'retention.ms': 6 } } });
    await settle();
    kafka.topics.get('orders')?.config.set('retention.ms', '9');
    await settle();
    const [, ...told] = notes;
    expect(told).toEqual([
      { type: 'Normal', reason: 'ConfigChanged', message: 'changed retention.ms, segment.ms of topic "orders"' },
      {
        type: 'Normal',
        reason: 'DriftCorrected',
        message: 'set retention.ms of topic "orders" back to what the spec says',
      },
    ]);
  });
});

describe('a setting that somebody insists on', () => {
  const insisted = async () => {
    const all = world({ config: { 'retention.ms': 5 } });
    const { kafka, topics, settle, clock, ready } = all;
    const look = async (by: string) => {
      kafka.topics.get('orders')?.config.set('retention.ms', '9');
      topics.edit(key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': by } } });
      clock.jump(60_000);
      await settle();
    };
    await settle();
    for (const by of ['one', 'two', 'three']) await look(by);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ValueRewrittenByBroker' });
    return { ...all, live: () => kafka.topics.get('orders')?.config.get('retention.ms') };
  };

  it.each(['Enforce', 'Report'] as const)('takes a new value at once, under %s too', async (driftPolicy) => {
    const { topics, settle, ready, live, restart } = await insisted();
    topics.edit(key, { spec: { driftPolicy, config: { 'retention.ms': 6 } } });
    await settle();
    expect(live()).toBe('6');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status?.appliedConfig).toEqual({ 'retention.ms': '6' });
    restart();
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is set back at once when a person asks for a look', async () => {
    const { topics, settle, ready, live } = await insisted();
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': 'again' } } });
    await settle();
    expect(live()).toBe('5');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });
});

describe('brokers that have not caught up with a change', () => {
  it('are waited for, and nothing is said to be in sync that was not seen', async () => {
    const { kafka, topics, settle, round, ready, condition } = world({ config: { 'retention.ms': 5 } });
    await settle();
    kafka.fallBehind();
    topics.edit(key, { spec: { config: { 'retention.ms': 6 } } });
    await round();
    const { writes } = kafka;
    await round();
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'Progressing' });
    expect(topics.must(key).status?.observed).toMatchObject({ retentionMs: '5' });
    expect(topics.must(key).status?.observedGeneration).toBe(2);
    expect(ready()).toMatchObject({ observedGeneration: 1 });
    expect(kafka.writes).toBe(writes);
    kafka.catchUp();
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync', observedGeneration: 2 });
    expect(topics.must(key).status?.observed).toMatchObject({ retentionMs: '6' });
    expect(kafka.writes).toBe(writes);
  });

  it('are believed in the end: the value is told to be another one, and so after a restart', async () => {
    const { kafka, topics, settle, round, ready, restart } = world({ config: { 'retention.ms': 5 } });
    await settle();
    kafka.rewrite = () => '5';
    for (const start of [() => topics.edit(key, { spec: { config: { 'retention.ms': 6 } } }), restart]) {
      kafka.fallBehind();
      start();
      await round();
      expect(ready()).not.toMatchObject({ status: 'True', observedGeneration: 2 });
      kafka.catchUp();
      await settle();
      expect(ready()).toMatchObject({ status: 'False', reason: 'ValueRewrittenByBroker' });
    }
  });
});

describe('a setting that leaves the spec', () => {
  it('returns to what the EventCluster has for new topics, and does not follow that later', async () => {
    const { kafka, clusters, topics, settle, ready } = world({ config: { 'min.insync.replicas': 1, 'segment.ms': 7 } });
    clusters.edit('default', { spec: { topicDefaults: { config: { 'min.insync.replicas': 2 } } } });
    await settle();
    topics.edit(key, { spec: { config: { 'min.insync.replicas': null, 'segment.ms': null } } });
    await settle();
    const live = () => Object.fromEntries(kafka.topics.get('orders')?.config ?? []);
    expect(live()).toEqual({ 'min.insync.replicas': '2' });
    expect(topics.must(key).status).not.toHaveProperty('appliedConfig');
    clusters.edit('default', { spec: { topicDefaults: { config: { 'min.insync.replicas': 3 } } } });
    await settle();
    expect(live()).toEqual({ 'min.insync.replicas': '2' });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('is kept when the brokers refuse that, and neither another change nor drift waits for it', async () => {
    const { kafka, topics, settle, ready } = world({ config: { 'max.compaction.lag.ms': 10, 'segment.ms': 7 } });
    await settle();
    kafka.refuseReset = (setting) =>
      setting === 'max.compaction.lag.ms' ? 'it would be less than the minimum' : undefined;
    kafka.topics.get('orders')?.config.set('segment.ms', '1');
    topics.edit(key, { spec: { config: { 'max.compaction.lag.ms': null, 'flush.ms': 8 } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'ConfigRejected' });
    expect(ready()?.message).toContain(
      'max.compaction.lag.ms "10" to the brokers\' own (it would be less than the minimum)',
    );
    const kept = { 'max.compaction.lag.ms': '10', 'segment.ms': '7', 'flush.ms': '8' };
    expect(Object.fromEntries(kafka.topics.get('orders')?.config ?? [])).toEqual(kept);
    expect(topics.must(key).status?.appliedConfig).toEqual(kept);
    topics.edit(key, { spec: { mode: 'Plan', config: { 'flush.ms': null } } });
    await settle();
    expect(topics.must(key).status?.plan).toEqual([{ op: 'ResetConfig', key: 'flush.ms', from: '8', validated: true }]);
    expect(ready()?.message).toContain('max.compaction.lag.ms');
  });
});

describe('a growth that has to wait for the quota', () => {
  it.each(['while it is judged', 'when it is made'])('holds up no setting of the topic, %s', async (when) => {
    const { kafka, topics, round, settle, condition } = world({ keyed: false, config: { 'retention.ms': 5 } });
    await settle();
    const grow = kafka.growTopic.bind(kafka);
    kafka.growTopic = async (name, total, options) => {
      if (options.validateOnly === true && when === 'when it is made') return grow(name, total, options);
      throw new Fault('kafka', 'throttled', 'the quota is used up', { retryAfterMs: 60_000 });
    };
    topics.edit(key, { spec: { partitions: 12, config: { 'retention.ms': 6 } } });
    await round();
    expect(kafka.topics.get('orders')?.config.get('retention.ms')).toBe('6');
    expect(condition('Reconciling')).toMatchObject({ status: 'True', reason: 'KafkaThrottled' });
    kafka.growTopic = grow;
    await settle();
    expect(kafka.topics.get('orders')?.partitions).toBe(12);
  });
});

describe('a creation that the brokers refuse', () => {
  const config = { 'retention.ms': '7d', 'no.such': 1, 'segment.ms': 7 };
  const says =
    'the brokers refuse settings of spec.config; correct them or remove them: no.such "1" (Unknown topic config name: no.such), retention.ms "7d" (Invalid value 7d for configuration retention.ms; it takes milliseconds, a whole number such as 604800000)';

  it.each(['Apply', 'Plan'] as const)('names every setting that is bad, in mode %s', async (mode) => {
    const { kafka, topics, settle, ready } = world({ mode, config });
    await settle();
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'ConfigRejected',
      message: `topic "orders" is not created: ${says}`,
    });
    expect(kafka.topics.size).toBe(0);
    topics.edit(key, { spec: { mode: 'Apply', config: { 'retention.ms': 5, 'no.such': null } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
  });

  it('asks about each setting with one partition, because the quota counts partitions of dry runs too', async () => {
    const { kafka, settle } = world({ partitions: 50, config });
    const { createTopic } = kafka;
    const asked: unknown[] = [];
    kafka.createTopic = (topic, options) => {
      asked.push([topic.partitions, topic.config.size]);
      return createTopic.call(kafka, topic, options);
    };
    await settle();
    expect(asked).toEqual([
      [50, 3],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it('tells the first bad setting where the quota leaves no room to ask about each', async () => {
    const { kafka, settle, ready } = world({ config });
    const { createTopic } = kafka;
    kafka.createTopic = async (topic, options) => {
      if (options.validateOnly === true) throw new Fault('kafka', 'throttled', 'the quota is used up');
      return createTopic.call(kafka, topic, options);
    };
    await settle();
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'ConfigRejected',
      message:
        'topic "orders" is not created: the brokers refuse a setting of it, and perhaps more; correct it in spec.config, or have the owner of EventCluster "default" correct its topicDefaults: Invalid value 7d for configuration retention.ms',
    });
  });

  it('says whose settings they are', async () => {
    const { clusters, settle, ready } = world({ config: { 'no.such': 1 } });
    clusters.edit('default', { spec: { topicDefaults: { config: { 'retention.ms': 'long' } } } });
    await settle();
    expect(ready()?.message).toMatch(/refuse a setting of spec.config; correct it or remove it: no.such "1" \(/);
    expect(ready()?.message).toMatch(
      /what EventCluster "default" has in topicDefaults; ask its owner .*retention.ms "long"/,
    );
  });

  it('takes a list for no value, and says how to write it', async () => {
    const { kafka, settle, ready } = world({ config: { 'cleanup.policy': ['compact', 'delete'] } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'ConfigRejected' });
    expect(ready()?.message).toContain(
      'cleanup.policy: a list is no value, so it is not used; write it as text: "compact,delete"',
    );
    expect(kafka.topics.size).toBe(0);
  });
});

describe('a part that the brokers refuse', () => {
  it('holds back no other, and nothing is tried that is known to be refused', async () => {
    const { kafka, topics, settle, ready } = world({ partitions: 2, keyed: false, config: { 'retention.ms': 5 } });
    await settle();
    kafka.mostPartitions = 4;
    const config = { 'retention.ms': 'soon', 'segment.ms': 7, 'no.such': 1 };
    topics.edit(key, { spec: { partitions: 6, config } });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'TopicRejected' });
    for (const part of ['too many partitions', 'retention.ms', 'no.such']) expect(ready()?.message).toContain(part);
    const applied = { 'retention.ms': '5', 'segment.ms': '7' };
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 2, config: new Map(Object.entries(applied)) });
    expect(topics.must(key).status?.appliedConfig).toEqual(applied);
    topics.edit(key, { spec: { partitions: 4, config: { 'retention.ms': null, 'no.such': null } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 4, config: new Map([['segment.ms', '7']]) });
  });
});

describe('a plan that is only shown', () => {
  it('lists what would be done, as the brokers judge it, and does nothing', async () => {
    const { kafka, topics, settle, ready } = world({ partitions: 2, config: { 'retention.ms': 5 } });
    await settle();
    const config = { 'segment.ms': 7, 'flush.ms': 'soon' };
    topics.edit(key, {
      spec: { mode: 'Plan', partitions: 4, keyed: false, config: { ...config, 'retention.ms': null } },
    });
    await settle();
    expect(topics.must(key).status?.plan).toEqual([
      { op: 'GrowPartitions', from: '2', to: '4', validated: true },
      { op: 'ResetConfig', key: 'retention.ms', from: '5', validated: true },
      { op: 'SetConfig', key: 'segment.ms', from: '604800000', to: '7', validated: true },
    ]);
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'PlanOnly',
      message: expect.stringContaining('flush.ms'),
    });
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 2, config: new Map([['retention.ms', '5']]) });
    topics.edit(key, { spec: { mode: 'Apply', config: { 'segment.ms': 7, 'flush.ms': null } } });
    await settle();
    expect(topics.must(key).status).not.toHaveProperty('plan');
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 4, config: new Map([['segment.ms', '7']]) });
  });

  it('says of a creation that the brokers would refuse that it would be refused', async () => {
    const { kafka, settle, ready, topics } = world({ mode: 'Plan', replicationFactor: 30 });
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'NotEnoughBrokers' });
    topics.edit(key, { spec: { replicationFactor: 1, config: { 'retention.ms': 5 } } });
    await settle();
    expect(topics.must(key).status?.plan).toEqual([
      { op: 'CreateTopic', to: 'default partitions, 1 replicas', validated: true },
      { op: 'SetConfig', key: 'retention.ms', to: '5', validated: true },
    ]);
    expect(kafka.topics.size).toBe(0);
  });

  it('is shown for a cluster that is ReadOnly as well', async () => {
    const { clusters, settle, ready, topics } = world();
    clusters.edit('default', { spec: { mode: 'ReadOnly' } });
    await settle();
    expect(ready()).toMatchObject({ reason: 'ClusterReadOnly' });
    expect(topics.must(key).status?.plan).toMatchObject([{ op: 'CreateTopic' }]);
  });
});

it.each(['Report', 'Ignore'] as const)(
  'drift under policy %s is not called what the spec says',
  async (driftPolicy) => {
    const { kafka, settle, ready } = topicWorld([topicResource({ driftPolicy, config: { 'retention.ms': 5 } })]);
    await settle();
    expect(ready()?.message).toBe('topic "orders" is as the spec says');
    kafka.topics.get('orders')?.config.set('retention.ms', '6');
    await settle();
    expect(ready()).toMatchObject({
      status: 'True',
      reason: 'InSync',
      message: 'topic "orders" is as the spec says, apart from settings that somebody else changed',
    });
  },
);

describe('an owner in the Kafka cluster that is meant', () => {
  it('stays so against an older resource that owned the name in the cluster before', async () => {
    const { topics, settle, ready } = topicWorld([topicResource()]);
    await settle();
    const metadata = { name: 'older', uid: 'older-uid', creationTimestamp: '2025-01-01T00:00:00Z' };
    topics.create(topicResource({ topicName: 'orders' }, { topicId: 'id-0', clusterId: 'kafka-0' }, metadata));
    await settle();
    await settle('shop/older');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(ready('shop/older')).toMatchObject({ status: 'False', reason: 'OwnedByOther' });
  });
});

describe('an owner with policy Retain', () => {
  const younger = { name: 'heir', uid: 'heir-uid', creationTimestamp: '2026-01-01T00:00:09Z' };

  it('hands its topic over, even to a spec that differs and while the brokers are away', async () => {
    const heir = topicResource({ topicName: 'orders', config: { 'retention.ms': 9 } }, {}, younger);
    const { kafka, topics, settle, ready, notes } = topicWorld([
      topicResource({ config: { 'retention.ms': 5 } }),
      heir,
    ]);
    await settle();
    await settle('shop/heir');
    expect(ready('shop/heir')).toMatchObject({ status: 'False', reason: 'OwnedByOther' });
    await settle();
    const { id } = kafka.topics.get('orders') ?? {};
    kafka.goDown();
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    kafka.comeBack();
    await settle('shop/heir');
    expect(kafka.topics.get('orders')).toMatchObject({ id, config: new Map([['retention.ms', '9']]) });
    expect(ready('shop/heir')).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(notes.map(({ reason }) => reason)).not.toContain('Adopted');
  });

  it('needs no finalizer any more when the other claimant leaves', async () => {
    const heir = topicResource({ topicName: 'orders' }, {}, younger);
    const { topics, settle } = topicWorld([topicResource(), heir]);
    await settle();
    expect(topics.must(key).metadata.finalizers).toHaveLength(1);
    topics.delete('shop/heir');
    await settle('shop/heir');
    await settle();
    expect(topics.must(key).metadata.finalizers).toHaveLength(0);
  });

  it('keeps its finalizer while the EventCluster cannot be resolved and nobody can tell', async () => {
    const heir = topicResource({ topicName: 'orders' }, {}, younger);
    const { clusters, topics, settle } = topicWorld([topicResource(), heir]);
    await settle();
    clusters.editStatus('default', { clusterId: null });
    await settle();
    expect(topics.must(key).metadata.finalizers).toHaveLength(1);
  });

  it('loses nothing when one that owns nothing goes', async () => {
    const heir = topicResource({ topicName: 'orders', deletionPolicy: 'Delete' }, {}, younger);
    const { kafka, topics, settle, ready } = topicWorld([topicResource(), heir]);
    await settle();
    await settle('shop/heir');
    topics.delete('shop/heir');
    await settle('shop/heir');
    expect(topics.get('shop/heir')).toBeUndefined();
    await settle();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(ready()).toMatchObject({ status: 'True' });
  });
});

describe('a creation that is cut short', () => {
  const policies = ['MatchOnly', 'Take', 'Never'] as const;
  const cuts = [1, 2, 3, 4, 5, 6].flatMap((call) => policies.map((adoptionPolicy) => ({ call, adoptionPolicy })));

  it.each(cuts)('by a crash at call $call ends as one topic as specified, under $adoptionPolicy', async (row) => {
    const { call, adoptionPolicy } = row;
    const { kafka, topics, settle, round, ready, restart } = world({
      partitions: 2,
      keyed: false,
      adoptionPolicy,
      deletionPolicy: 'Delete',
      config: { 'retention.ms': 5, 'segment.ms': 7 },
    });
    kafka.loseAnswer(call, lost);
    topics.failCall(call, new Fault('kubernetes', 'unavailable', 'no answer'), { applied: true });
    await round();
    restart();
    topics.edit(key, { spec: { partitions: 3, config: { 'retention.ms': 6, 'segment.ms': null } } });
    await settle();
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3, config: new Map([['retention.ms', '6']]) });
    expect(topics.must(key).status?.topicId).toBe(kafka.topics.get('orders')?.id);
  });
});

it('drift that was found stays told while nothing can be seen', async () => {
  const { kafka, clusters, settle, condition } = world({ config: { 'retention.ms': 5 }, driftPolicy: 'Report' });
  await settle();
  kafka.topics.get('orders')?.config.set('retention.ms', '9');
  await settle();
  expect(condition('Drifted')).toMatchObject({ status: 'True' });
  clusters.editStatus('default', { clusterId: null });
  await settle();
  expect(condition('Drifted')).toMatchObject({ status: 'True' });
});
