import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { insist } from '../helpers/insist.ts';
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

const lookedAgain = (key: string) => cluster.lookedAgain('EventTopic', key);

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
    await kafka.whenPartitions(topic, 2);
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

describe('settings of an EventTopic that do not become what the spec says', () => {
  it('are named all when they are bad at creation, each with what Kafka expects', async () => {
    const config = {
      'retention.ms': '7d',
      'message.format.version': '2.8',
      'max.compaction.lag.ms': 0,
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.50d',
      'segment.ms': '0x10',
    };
    const { key, topic } = await createTopic('misspelled', { config });
    expect(await stalled(key, 'ConfigRejected')).toBe(
      `topic "${topic}" is not created: the brokers refuse settings of spec.config; correct them or remove them: ` +
        'max.compaction.lag.ms "0" (Value must be at least 1), ' +
        'message.format.version "2.8" (Unknown topic config name: message.format.version), ' +
        'retention.ms "7d" (Not a number of type LONG; it takes milliseconds, a whole number such as 604800000), ' +
        'segment.ms "0x10" (Not a number of type LONG; it takes milliseconds, a whole number such as 604800000)',
    );
    const good = { 'retention.ms': null, 'message.format.version': null, 'max.compaction.lag.ms': 1 };
    await change(key, { config: { ...good, 'segment.ms': null } });
    await cluster.whenReady('EventTopic', key);
  });

  it('are no list and no map, and the message says what to write', async () => {
    const config = { 'cleanup.policy': ['compact', 'delete'], 'flush.ms': null };
    const { key, topic } = await createTopic('listed', { config });
    const atFirst = await stalled(key, 'ConfigRejected');
    expect(atFirst).toContain(
      'cleanup.policy: a list is no value, so it is not used; write it as text: "compact,delete"',
    );
    expect(atFirst).toContain('flush.ms: null is no value, so it is not used; remove the setting');
    expect(await kafka.exists(topic)).toBe(false);
    await change(key, { config: { 'cleanup.policy': 'compact,delete', 'flush.ms': null } });
    await cluster.whenReady('EventTopic', key);
    await change(key, { config: { 'cleanup.policy': [], 'retention.ms': {}, 'segment.ms': 9_000_000 } });
    const message = await stalled(key, 'ConfigRejected');
    expect(message).toContain('cleanup.policy: a list is no value, so it is not used; write it as text: ""');
    expect(message).toContain('retention.ms: a map is no value');
    await becomes(topic, { 'cleanup.policy': 'compact,delete', 'segment.ms': '9000000' });
  });

  it('rest when somebody insists on others, and a new value of the spec is applied at once', async () => {
    const { key, topic } = await createTopic('insisted', { config: { 'retention.ms': 3_600_000 } });
    await cluster.whenReady('EventTopic', key);
    await insist({ cluster, kafka }, key, topic, { 'retention.ms': '1000' });
    expect(await stalled(key, 'ValueRewrittenByBroker')).toContain('retention.ms was set to "3600000"');
    await change(key, { driftPolicy: 'Report', config: { 'retention.ms': 5_000_000 } });
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(status).toMatchObject({ appliedConfig: { 'retention.ms': '5000000' } });
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '5000000' });
  });

  it('are tried again at once when a person asks for a look', async () => {
    const { key, topic } = await createTopic('asked', { config: { 'retention.ms': 3_600_000 } });
    await cluster.whenReady('EventTopic', key);
    await insist({ cluster, kafka }, key, topic, { 'retention.ms': '1000' });
    await stalled(key, 'ValueRewrittenByBroker');
    await lookedAgain(key);
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(topic)).toEqual({ 'retention.ms': '3600000' });
  });

  it('are told as the brokers show them, repeated items of a list dropped', async () => {
    const { key, topic } = await createTopic('repeated', { config: { 'retention.ms': 3_600_000 } });
    await cluster.whenReady('EventTopic', key);
    await change(key, { config: { 'cleanup.policy': 'compact,delete,compact' } });
    const { status } = await cluster.whenReady('EventTopic', key);
    expect(status).toMatchObject({ observed: { cleanupPolicy: 'compact,delete' } });
    await change(key, { config: { 'cleanup.policy': 'delete,delete' } });
    expect((await cluster.whenReady('EventTopic', key)).status).toMatchObject({
      observed: { cleanupPolicy: 'delete' },
    });
    await change(key, { config: { 'cleanup.policy': 'compact' } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(topic)).toEqual({ 'cleanup.policy': 'compact', 'retention.ms': '3600000' });
  });

  it('stay as they are when their return is refused, while the rest is applied and drift is set back', async () => {
    const kept = { 'cleanup.policy': 'compact', 'min.compaction.lag.ms': '5000' };
    const { key, topic } = await createTopic('unreturned', { config: { ...kept, 'max.compaction.lag.ms': 10_000 } });
    await cluster.whenReady('EventTopic', key);
    await kafka.setDefault('log.cleaner.max.compaction.lag.ms', '1000');
    try {
      await change(key, { config: { 'max.compaction.lag.ms': null, 'segment.ms': 3_600_000 } });
      const message = await stalled(key, 'ConfigRejected');
      expect(message).toContain(
        'set it in spec.config again, or change what it depends on: max.compaction.lag.ms "10000"',
      );
      const all = { ...kept, 'max.compaction.lag.ms': '10000', 'segment.ms': '3600000' };
      await becomes(topic, all);
      await kafka.setConfig(topic, { ...all, 'segment.ms': '7200000' });
      await lookedAgain(key);
      await becomes(topic, all);
      await eventually(
        async () => expect((await cluster.get('EventTopic', key))?.status).toMatchObject({ appliedConfig: all }),
        { within },
      );
      await change(key, { mode: 'Plan', config: { 'segment.ms': null } });
      expect(await stalled(key, 'PlanOnly')).toContain('max.compaction.lag.ms');
      const plan = [{ op: 'ResetConfig', key: 'segment.ms', from: '3600000', validated: true }];
      expect((await cluster.get('EventTopic', key))?.status).toMatchObject({ plan });
    } finally {
      await kafka.setDefault('log.cleaner.max.compaction.lag.ms', undefined);
    }
  });

  it('return to what the EventCluster has for new topics when they leave the spec', async () => {
    const defaults = (value: unknown) =>
      cluster.changeCluster(namespace, { topicDefaults: { config: { 'min.insync.replicas': value } } });
    await defaults(2);
    try {
      const { key, topic } = await createTopic('overridden', {
        config: { 'min.insync.replicas': 1, 'segment.ms': 9_000_000 },
      });
      await cluster.whenReady('EventTopic', key);
      await change(key, { config: { 'min.insync.replicas': null, 'segment.ms': null } });
      expect((await cluster.whenReady('EventTopic', key)).status).not.toHaveProperty('appliedConfig');
      expect(await kafka.overrides(topic)).toEqual({ 'min.insync.replicas': '2' });
      await defaults(3);
      await lookedAgain(key);
      await cluster.whenReady('EventTopic', key);
      expect(await kafka.overrides(topic)).toEqual({ 'min.insync.replicas': '2' });
    } finally {
      await defaults(null);
    }
  });
});

describe('a live value that is longer than the status', () => {
  const throttled = 'leader.replication.throttled.replicas';
  const live = Array.from({ length: 2_000 }, (_, partition) => `${partition}:1`).join(',');

  it('is shown without its middle, and the next step after it', async () => {
    const config = { [throttled]: '0:1' };
    const { key, topic } = await createTopic('long-live', { config, driftPolicy: 'Report' });
    await cluster.whenReady('EventTopic', key);
    await kafka.setConfig(topic, { [throttled]: live });
    await change(key, { config: { ...config, 'retention.ms': 5_000_000 } });
    await cluster.whenCondition('EventTopic', key, 'Drifted', 'True', 'DriftReported');
    // Drift is told while the change is still being made, where that takes long.
    const { status } = await cluster.whenReady('EventTopic', key);
    const { message = '' } = status?.conditions?.find(({ type }) => type === 'Drifted') ?? {};
    expect(message).toMatch(
      /is "0:1,.*….*, wanted "0:1"; change the spec, or set driftPolicy to Enforce to set it back$/,
    );
    expect(status).toMatchObject({
      observedGeneration: 2,
      appliedConfig: { ...config, 'retention.ms': '5000000' },
      drift: [{ key: throttled, live: expect.stringMatching(/^0:1,.*….*,1999:1$/), wanted: '0:1' }],
    });
    await lookedAgain(key);
    expect((await cluster.get('EventTopic', key))?.status).toEqual({
      ...status,
      lastHandledReconcileAt: expect.any(String),
    });
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
    expect(await stalled(key, 'NotEnoughBrokers')).toContain('needs 9 brokers for 9 replicas, and the cluster has 1');
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
