import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Managed } from '../../src/runtime/kind.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { fourteenBytes, joinWith } from '../helpers/strange-member.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
let namespace: string;
let braked: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('deletion');
  braked = `${namespace}-braked`;
  const access = [
    {
      namespaces: [namespace],
      topics: [`${namespace}.*`],
      groups: [`${namespace}.*`],
      deletionPolicies: ['DeleteIfEmpty', 'Delete'],
    },
  ];
  const spec = { kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') }, access };
  await cluster.create(manifest('EventCluster', namespace, spec));
  await cluster.create(manifest('EventCluster', braked, { ...spec, maxDeletionsPerHour: 0 }));
});
afterAll(async () => {
  for (const name of [namespace, braked]) await cluster.delete('EventCluster', name);
  await kafka.close();
  await cluster.close();
});

async function createTopic(name: string, spec: Record<string, unknown> = {}) {
  const topic = `${namespace}.${name}`;
  const wanted = {
    clusterRef: { name: namespace },
    topicName: topic,
    partitions: 1,
    deletionPolicy: 'Delete',
    ...spec,
  };
  await cluster.create(manifest('EventTopic', name, wanted, namespace));
  const key = `${namespace}/${name}`;
  const { status } = (await cluster.whenReady('EventTopic', key)) as Managed & { status: { topicId: string } };
  await kafka.whenShown(topic);
  return { key, topic, topicId: status.topicId };
}

const held = async (key: string, reason: string) => {
  const { status } = await cluster.whenCondition('EventTopic', key, 'Reconciling', 'True', reason);
  return status?.conditions?.find(({ type }) => type === 'Reconciling')?.message;
};

async function write(topic: string): Promise<void> {
  const producer = kafka.kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'a record' }] });
  await producer.disconnect();
}

describe('the deletion of an EventTopic', () => {
  it('under DeleteIfEmpty deletes an empty topic and keeps one that holds a record', async () => {
    const empty = await createTopic('empty', { deletionPolicy: 'DeleteIfEmpty' });
    const filled = await createTopic('filled', { deletionPolicy: 'DeleteIfEmpty' });
    await write(filled.topic);
    for (const { key } of [empty, filled]) await cluster.delete('EventTopic', key);
    for (const { key } of [empty, filled]) await cluster.whenGone('EventTopic', key);
    await kafka.whenGone(empty.topic);
    expect(await kafka.exists(filled.topic)).toBe(true);
  });

  it('waits for an EventConsumer that names the topic, until the annotation has the id of the topic', async () => {
    const { key, topic, topicId } = await createTopic('named');
    const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' };
    const groupId = `${namespace}.reader`;
    const consumer = { clusterRef: { name: namespace }, groupId, topics: [topic], targetRef };
    await cluster.create(manifest('EventConsumer', 'reader', consumer, namespace));
    await cluster.whenCondition('EventConsumer', `${namespace}/reader`, 'Reconciling', 'True', 'TargetNotFound');
    await cluster.delete('EventTopic', key);
    expect(await held(key, 'DeletionProtected')).toContain(`sluice.dev/allow-delete=${topicId}`);
    await cluster.patch('EventTopic', key, { metadata: { annotations: { 'sluice.dev/allow-delete': topicId } } });
    await cluster.whenGone('EventTopic', key);
    await kafka.whenGone(topic);
  });

  it('waits for nobody without a grant, and for who has one through an EventCluster that is not reached', async () => {
    const other = await cluster.createNamespace('deletion');
    const unreached = `${namespace}-unreached`;
    const access = [{ namespaces: [other], topics: [`${namespace}.claimed`] }];
    await cluster.create(manifest('EventCluster', unreached, { kafka: { bootstrapServers: ['127.0.0.1:1'] }, access }));
    const [free, claimed] = [await createTopic('free'), await createTopic('claimed')];
    const targetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' };
    const consumer = { clusterRef: { name: namespace }, topics: [free.topic], targetRef };
    await cluster.create(manifest('EventConsumer', 'stranger', consumer, other));
    for (const { topic } of [free, claimed]) {
      const wanted = { clusterRef: { name: unreached }, topicName: topic };
      await cluster.create(manifest('EventTopic', topic.slice(namespace.length + 1), wanted, other));
    }
    for (const { key } of [free, claimed]) await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', free.key);
    await kafka.whenGone(free.topic);
    const allow = 'sluice.dev/allow-delete';
    expect(await held(claimed.key, 'DeletionProtected')).toContain(
      `annotate this resource ${allow}=${claimed.topicId}`,
    );
    await cluster.patch('EventTopic', claimed.key, { metadata: { annotations: { [allow]: claimed.topicId } } });
    await cluster.whenGone('EventTopic', claimed.key);
    await kafka.whenGone(claimed.topic);
    await cluster.delete('EventCluster', unreached);
  });

  it('waits for a group that reads the topic, until that is to be ignored', async () => {
    const { key, topic } = await createTopic('watched');
    const reader = kafka.kafka.consumer({ groupId: `${namespace}.monitoring` });
    await reader.connect();
    await reader.subscribe({ topics: [topic] });
    const joined = new Promise<void>((resolve) => void reader.on(reader.events.GROUP_JOIN, () => resolve()));
    await reader.run({ eachMessage: async () => undefined });
    await joined;
    await cluster.delete('EventTopic', key);
    expect(await held(key, 'DeletionProtected')).toContain(`group "${namespace}.monitoring"`);
    await cluster.patch('EventTopic', key, { spec: { deletionProtection: { ignoreGroups: ['*.monitoring'] } } });
    await cluster.whenGone('EventTopic', key);
    await kafka.whenGone(topic);
    await reader.disconnect();
  });

  it('goes on beside a group that no broker can describe, and holds only what it may read', async () => {
    const group = `stranger-of-${namespace}`;
    const [committed, other] = [await createTopic('committed'), await createTopic('other')];
    const admin = await kafka.admin();
    await admin.setOffsets({ groupId: group, topic: committed.topic, partitions: [{ partition: 0, offset: '0' }] });
    const leave = await joinWith(world.kafka.bootstrapServers, group, fourteenBytes);
    for (const { key } of [committed, other]) await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', other.key);
    await kafka.whenGone(other.topic);
    const message = await held(committed.key, 'DeletionProtected');
    expect(message).toContain('perhaps read by a group that is not granted to this namespace');
    expect(message).not.toContain(group);
    await cluster.patch('EventTopic', committed.key, { spec: { deletionProtection: { ignoreGroups: ['*'] } } });
    await cluster.whenGone('EventTopic', committed.key);
    await kafka.whenGone(committed.topic);
    await leave();
  });

  it('says what became of the topic while a finalizer of somebody else holds the resource', async () => {
    const { key, topic } = await createTopic('held');
    await cluster.patch('EventTopic', key, {
      metadata: { finalizers: ['sluice.dev/finalizer', 'example.com/hold'] },
    });
    await cluster.delete('EventTopic', key);
    await kafka.whenGone(topic);
    const { status } = await cluster.whenCondition('EventTopic', key, 'Ready', 'False', 'FinalizersRemaining');
    expect(status?.conditions?.[0]?.message).toContain('nothing of it is left outside');
    await eventually(
      async () => expect((await cluster.get('EventTopic', key))?.metadata.finalizers).toEqual(['example.com/hold']),
      { within: 120_000 },
    );
    await cluster.patch('EventTopic', key, { metadata: { finalizers: [] } });
    await cluster.whenGone('EventTopic', key);
  });

  it('waits while maxDeletionsPerHour are used up, and gives up after deletionTimeoutSeconds', async () => {
    const { key, topic } = await createTopic('braked', { clusterRef: { name: braked } });
    await cluster.delete('EventTopic', key);
    expect(await held(key, 'DeletionLimitReached')).toContain('lets through 0 deletions');
    await cluster.patch('EventTopic', key, { spec: { deletionTimeoutSeconds: 1 } });
    await cluster.whenGone('EventTopic', key);
    expect(await kafka.exists(topic)).toBe(true);
  });
});
