import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const within = 120_000;
let namespace: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('changes');
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: [namespace], topics: [`${namespace}.*`] }],
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await kafka.close();
  await cluster.close();
});

async function createTopic(name: string, spec: Record<string, unknown>): Promise<{ key: string; topic: string }> {
  const topic = `${namespace}.${name}`;
  const wanted = { clusterRef: { name: namespace }, topicName: topic, partitions: 1, ...spec };
  await cluster.create(manifest('EventTopic', name, wanted, namespace));
  return { key: `${namespace}/${name}`, topic };
}

const change = (key: string, spec: Record<string, unknown>) => cluster.patch('EventTopic', key, { spec });

async function stalled(key: string, reason: string): Promise<string> {
  const { status } = await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', reason);
  return status?.conditions?.find(({ type }) => type === 'Stalled')?.message ?? '';
}

/** A refusal is told at once; what is done beside it follows. */
function becomes(topic: string, overrides: Record<string, string>): Promise<void> {
  return eventually(async () => expect(await kafka.overrides(topic)).toEqual(overrides), { within });
}

async function lookedAgain(key: string): Promise<void> {
  const at = new Date().toISOString();
  await cluster.patch('EventTopic', key, { metadata: { annotations: { 'sluice.dev/reconcile-requested-at': at } } });
  await eventually(
    async () => expect((await cluster.get('EventTopic', key))?.status?.lastHandledReconcileAt).toBe(at),
    { within },
  );
}

describe('the settings of an EventTopic', () => {
  it('are no drift where the broker spells a value otherwise', async () => {
    const config = {
      'retention.ms': '0060000',
      'unclean.leader.election.enable': 'TRUE',
      'cleanup.policy': 'compact, delete',
      'min.cleanable.dirty.ratio': '.50',
    };
    const { key, topic } = await createTopic('spelled', { config, driftPolicy: 'Report' });
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(status).toMatchObject({ appliedConfig: config });
    const before = await kafka.overrides(topic);
    await lookedAgain(key);
    const resource = await cluster.whenReady('EventTopic', key);
    expect(resource.status).not.toHaveProperty('drift');
    expect(await kafka.overrides(topic)).toEqual(before);
  });

  it('take unquoted booleans and numbers, and refuse a number that lost its digits', async () => {
    const config = {
      'unclean.leader.election.enable': true,
      'min.cleanable.dirty.ratio': 0.25,
      'segment.ms': 9_000_000,
    };
    const { key, topic } = await createTopic('scalars', { config });
    await cluster.whenReady('EventTopic', key);
    const overrides = { 'unclean.leader.election.enable': 'true', 'min.cleanable.dirty.ratio': '0.25' };
    expect(await kafka.overrides(topic)).toEqual({ ...overrides, 'segment.ms': '9000000' });
    await change(key, { config: { 'flush.ms': 9_223_372_036_854_775_000, 'segment.ms': 8_000_000 } });
    expect(await stalled(key, 'ConfigRejected')).toMatch(/flush\.ms: a number past 2\^53 .* quote it/);
    await becomes(topic, { ...overrides, 'segment.ms': '8000000' });
    await change(key, { config: { 'flush.ms': '9223372036854775000' } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(topic)).toMatchObject({ 'flush.ms': '9223372036854775000' });
  });

  it('are refused one by one, and the good ones apply together with the growth', async () => {
    const { key, topic } = await createTopic('partly', { keyed: false });
    await cluster.whenReady('EventTopic', key);
    await change(key, { partitions: 2, config: { 'retention.ms': 'soon', 'segment.ms': 9_000_000, 'no.such': 1 } });
    const message = await stalled(key, 'ConfigRejected');
    expect(message).toContain('retention.ms');
    expect(message).toContain('no.such');
    await becomes(topic, { 'segment.ms': '9000000' });
    await eventually(async () => expect(await kafka.partitions(topic)).toBe(2), { within });
    await eventually(
      async () =>
        expect((await cluster.get('EventTopic', key))?.status).toMatchObject({
          appliedConfig: { 'segment.ms': '9000000' },
        }),
      { within },
    );
  });

  it('that are ignored are used at creation and left alone afterwards', async () => {
    const config = { 'retention.ms': 5_000_000, 'segment.ms': 9_000_000 };
    const { key, topic } = await createTopic('ignored', { config, ignoreConfigKeys: ['retention.*'] });
    await cluster.whenReady('EventTopic', key);
    await kafka.setConfig(topic, { 'retention.ms': '1', 'segment.ms': '9000000' });
    await lookedAgain(key);
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '1', 'segment.ms': '9000000' });
  });

  it('stay as somebody else set them where drift is ignored', async () => {
    const { key, topic } = await createTopic('adrift', {
      config: { 'retention.ms': 5_000_000 },
      driftPolicy: 'Ignore',
    });
    await cluster.whenReady('EventTopic', key);
    await kafka.setConfig(topic, { 'retention.ms': '1' });
    await lookedAgain(key);
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(status).not.toHaveProperty('drift');
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '1' });
  });
});

describe('an EventTopic in Plan mode', () => {
  it('shows a creation that the brokers would accept, and makes it once it may', async () => {
    const { key, topic } = await createTopic('planned', { mode: 'Plan', config: { 'retention.ms': 5_000_000 } });
    await stalled(key, 'PlanOnly');
    expect((await cluster.get('EventTopic', key))?.status).toMatchObject({
      plan: [
        { op: 'CreateTopic', to: '1 partitions, default replicas', validated: true },
        { op: 'SetConfig', key: 'retention.ms', to: '5000000', validated: true },
      ],
    });
    expect(await kafka.exists(topic)).toBe(false);
    await change(key, { mode: 'Apply' });
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(status).not.toHaveProperty('plan');
  });

  it('says what the brokers would refuse', async () => {
    const { key, topic } = await createTopic('refused', { mode: 'Plan', replicationFactor: 9 });
    expect(await stalled(key, 'NotEnoughBrokers')).toContain('INVALID_REPLICATION_FACTOR');
    expect(await kafka.exists(topic)).toBe(false);
  });

  it('shows changes of a live topic, and changes nothing', async () => {
    const { key, topic } = await createTopic('steady', { config: { 'retention.ms': 5_000_000 }, keyed: false });
    await cluster.whenReady('EventTopic', key);
    const config = { 'retention.ms': null, 'segment.ms': 9_000_000, 'flush.ms': 'soon' };
    await change(key, { mode: 'Plan', partitions: 3, config });
    expect(await stalled(key, 'PlanOnly')).toContain('flush.ms');
    expect((await cluster.get('EventTopic', key))?.status).toMatchObject({
      plan: [
        { op: 'GrowPartitions', from: '1', to: '3', validated: true },
        { op: 'ResetConfig', key: 'retention.ms', from: '5000000', validated: true },
        { op: 'SetConfig', key: 'segment.ms', from: '604800000', to: '9000000', validated: true },
      ],
    });
    expect(await kafka.partitions(topic)).toBe(1);
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '5000000' });
  });
});
