import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/ports/kube.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const within = 120_000;
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('topics');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: [namespace], topics: [`${namespace}.*`, '__*'], deletionPolicies: ['Retain', 'Delete'] }],
      topicDefaults: { partitions: 2, config: { 'segment.ms': 7_200_000 } },
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await kafka.close();
  await cluster.close();
});

/** Topic `<namespace>.<name>`; resource `<name>`. */
async function createTopic(name: string, spec: Record<string, unknown> = {}): Promise<{ key: string; topic: string }> {
  const topic = `${namespace}.${name}`;
  const wanted = { clusterRef: { name: namespace }, topicName: topic, ...spec };
  await cluster.create(manifest('EventTopic', name, wanted, namespace));
  return { key: `${namespace}/${name}`, topic };
}

const change = (key: string, spec: Record<string, unknown>) => cluster.patch('EventTopic', key, { spec });
const lookNow = (key: string) => cluster.lookNow('EventTopic', key);

async function eventReasons(name: string): Promise<string[]> {
  interface Event extends KubeObject {
    reason: string;
    regarding: { name: string };
  }
  const events = await cluster.list<Event>('Event', namespace);
  return events.filter(({ regarding }) => regarding.name === name).map(({ reason }) => reason);
}

describe('an EventTopic', () => {
  it('becomes a topic with its partitions and settings, and says what was seen', async () => {
    const { key, topic } = await createTopic('plain', { partitions: 3, config: { 'retention.ms': 86_400_000 } });
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(await kafka.partitions(topic)).toBe(3);
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '86400000', 'segment.ms': '7200000' });
    expect(status).toMatchObject({
      observedGeneration: 1,
      cluster: namespace,
      topicName: topic,
      clusterId: world.kafka.clusterId,
      topicId: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      appliedConfig: { 'retention.ms': '86400000' },
      observed: { partitions: 3, replicationFactor: 1, retentionMs: '86400000', configOverrides: 2 },
    });
    await eventually(async () => expect(await eventReasons('plain')).toEqual(['Created']), { within });
  });

  it('takes the cluster’s defaults where it is silent', async () => {
    const { key, topic } = await createTopic('defaults');
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.partitions(topic)).toBe(2);
  });

  it('grows, and refuses to shrink with a status that says what to do', async () => {
    const { key, topic } = await createTopic('grows', { partitions: 1, keyed: false });
    await cluster.whenReady('EventTopic', key);
    await change(key, { partitions: 4 });
    await cluster.whenReady('EventTopic', key);
    await kafka.whenPartitions(topic, 4);
    await change(key, { partitions: 2, config: { 'retention.ms': 1_000_000 } });
    const { status } = await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'PartitionDecreaseRefused');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain('has 4 partitions, wanted 2');
    await eventually(async () => expect(await kafka.overrides(topic)).toMatchObject({ 'retention.ms': '1000000' }), {
      within,
    });
    expect(await kafka.partitions(topic)).toBe(4);
  });

  it('goes back to the partitions that a keyed topic has, after a revert and after somebody grew it', async () => {
    const { key, topic } = await createTopic('reverted', { partitions: 3 });
    await cluster.whenReady('EventTopic', key);
    const refused = async () => {
      const { status } = await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'PartitionDecreaseRefused');
      return status?.conditions?.find(({ type }) => type === 'Stalled')?.message;
    };
    await change(key, { partitions: 2 });
    expect(await refused()).toContain('set spec.partitions to 3 or more');
    await change(key, { partitions: 3 });
    await cluster.whenReady('EventTopic', key);
    await kafka.growTopic(topic, 6);
    await lookNow(key);
    expect(await refused()).toContain('set spec.partitions to 6 or more');
    await change(key, { partitions: 6 });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.partitions(topic)).toBe(6);
  });

  it('refuses a growth of a live keyed topic that was not acknowledged', async () => {
    const { key, topic } = await createTopic('keyed');
    await cluster.whenReady('EventTopic', key);
    await change(key, { partitions: 5 });
    await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'KeyMoveNotAcknowledged');
    expect(await kafka.partitions(topic)).toBe(2);
    await change(key, { keyMoveAcknowledgedForPartitions: 5 });
    await cluster.whenReady('EventTopic', key);
    await kafka.whenPartitions(topic, 5);
  });

  it('changes a setting, and resets one that leaves the spec', async () => {
    const config = { 'retention.ms': 5_000_000, 'max.message.bytes': 2_000_000 };
    const { key, topic } = await createTopic('settings', { config });
    await cluster.whenReady('EventTopic', key);
    await change(key, { config: { 'retention.ms': 6_000_000, 'max.message.bytes': null } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '6000000', 'segment.ms': '7200000' });
  });

  it('sets drift back, and leaves the settings of others alone', async () => {
    const { key, topic } = await createTopic('drift', { config: { 'retention.ms': 5_000_000 } });
    await cluster.whenReady('EventTopic', key);
    await kafka.setConfig(topic, { 'retention.ms': '1', 'delete.retention.ms': '77' });
    await lookNow(key);
    await eventually(
      async () =>
        expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '5000000', 'delete.retention.ms': '77' }),
      { within },
    );
  });

  it('reports drift without touching it', async () => {
    const config = { 'retention.ms': 5_000_000 };
    const { key, topic } = await createTopic('drift-report', { config, driftPolicy: 'Report' });
    await cluster.whenReady('EventTopic', key);
    await kafka.setConfig(topic, { 'retention.ms': '1' });
    await lookNow(key);
    const { status } = await cluster.whenCondition('EventTopic', key, 'Drifted', 'True', 'DriftReported');
    expect(status).toMatchObject({ drift: [{ key: 'retention.ms', live: '1', wanted: '5000000' }] });
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '1' });
  });

  it('adopts a topic that matches, and refuses one that does not', async () => {
    await kafka.createTopic(`${namespace}.found`, 3);
    const { key } = await createTopic('found', { partitions: 3 });
    await cluster.whenReady('EventTopic', key);
    await eventually(async () => expect(await eventReasons('found')).toEqual(['Adopted']), { within });

    await kafka.createTopic(`${namespace}.stranger`, 3);
    const stranger = await createTopic('stranger', { partitions: 6, keyed: false });
    await cluster.whenCondition('EventTopic', stranger.key, 'Stalled', 'True', 'AdoptionMismatch');
    expect(await kafka.partitions(stranger.topic)).toBe(3);
  });

  it('leaves a topic to its first owner, and takes over when that goes', async () => {
    const first = await createTopic('first', { topicName: `${namespace}.shared`, partitions: 2 });
    await cluster.whenReady('EventTopic', first.key);
    const second = await createTopic('second', { topicName: `${namespace}.shared`, partitions: 2 });
    const { status } = await cluster.whenCondition('EventTopic', second.key, 'Stalled', 'True', 'OwnedByOther');
    expect(status).toMatchObject({ ownedBy: 'first' });
    await cluster.delete('EventTopic', first.key);
    await cluster.whenReady('EventTopic', second.key);
    await kafka.whenShown(`${namespace}.shared`);
  });

  it('names the setting that the brokers reject', async () => {
    const { key, topic } = await createTopic('rejected', { config: { 'retention.ms': 'soon' } });
    const { status } = await cluster.whenCondition('EventTopic', key, 'Stalled', 'True');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toMatch(/retention\.ms/);
    expect(await kafka.exists(topic)).toBe(false);
    await change(key, { config: { 'retention.ms': 1_000 } });
    await cluster.whenReady('EventTopic', key);
  });

  it('is refused where the cluster does not grant it', async () => {
    const { key } = await createTopic('ungranted', { topicName: 'somebody.else' });
    await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'NotGranted');
    expect(await kafka.exists('somebody.else')).toBe(false);
  });

  it('waits for a cluster that does not exist, and heals when it comes', async () => {
    const { key } = await createTopic('early', { clusterRef: { name: `${namespace}-late` } });
    await cluster.whenCondition('EventTopic', key, 'Reconciling', 'True', 'ClusterNotFound');
    await cluster.create(
      manifest('EventCluster', `${namespace}-late`, {
        kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
        access: [{ namespaces: ['*'], topics: ['*'] }],
      }),
    );
    await cluster.whenReady('EventTopic', key);
    await cluster.delete('EventCluster', `${namespace}-late`);
  });

  it('stays as it is while it is paused', async () => {
    const { key, topic } = await createTopic('paused', { keyed: false });
    await cluster.whenReady('EventTopic', key);
    await change(key, { paused: true, partitions: 9 });
    const { status } = await cluster.whenCondition('EventTopic', key, 'Paused', 'True');
    // A client that waits for a generation to be observed comes to an end; Ready says itself which one it speaks of.
    expect(status).toMatchObject({ observedGeneration: 2 });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'True',
      reason: 'Paused',
      observedGeneration: 1,
      message: expect.stringContaining('changes of the spec wait'),
    });
    expect(await kafka.partitions(topic)).toBe(2);
    await change(key, { paused: false });
    await cluster.whenCondition('EventTopic', key, 'Ready', 'True', 'InSync');
    await kafka.whenPartitions(topic, 9);
  });

  it('answers a request to look now', async () => {
    const { key } = await createTopic('asked');
    await cluster.whenReady('EventTopic', key);
    await cluster.lookedAgain('EventTopic', key);
  });
});

describe('the deletion of an EventTopic', () => {
  it('keeps the topic by default', async () => {
    const { key, topic } = await createTopic('retained');
    await cluster.whenReady('EventTopic', key);
    await kafka.whenShown(topic);
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    expect(await kafka.exists(topic)).toBe(true);
  });

  it('deletes the topic when its policy says so', async () => {
    const { key, topic } = await createTopic('deleted', { deletionPolicy: 'Delete' });
    await cluster.whenReady('EventTopic', key);
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    await kafka.whenGone(topic);
  });

  it('spares a topic that somebody re-created', async () => {
    const { key, topic } = await createTopic('recreated', { deletionPolicy: 'Delete' });
    await cluster.whenReady('EventTopic', key);
    await kafka.deleteTopic(topic);
    await kafka.createTopic(topic, 1);
    await lookNow(key);
    await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'TopicRecreated');
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    expect(await kafka.exists(topic)).toBe(true);
  });

  it('is held while a group reads the topic, and goes on when it stops', async () => {
    const { key, topic } = await createTopic('read', { deletionPolicy: 'Delete' });
    await cluster.whenReady('EventTopic', key);
    await kafka.whenShown(topic);
    const consumer = kafka.kafka.consumer({ groupId: `${namespace}.reader` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
    await consumer.run({ eachMessage: async () => undefined });
    await joined;
    await cluster.delete('EventTopic', key);
    await cluster.whenCondition('EventTopic', key, 'Reconciling', 'True', 'DeletionProtected');
    expect(await kafka.exists(topic)).toBe(true);
    await consumer.disconnect();
    await lookNow(key);
    await cluster.whenGone('EventTopic', key);
  });

  it('says that a topic was deleted by somebody else, and creates none in its place', async () => {
    const { key, topic } = await createTopic('lost');
    await cluster.whenReady('EventTopic', key);
    await kafka.whenShown(topic);
    // What the operator created and has not seen since, it takes for a topic that the brokers have yet to hear of.
    await cluster.lookedAgain('EventTopic', key);
    await kafka.deleteTopic(topic);
    await lookNow(key);
    await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', 'TopicDeletedOutOfBand');
    expect(await kafka.exists(topic)).toBe(false);
  });
});
