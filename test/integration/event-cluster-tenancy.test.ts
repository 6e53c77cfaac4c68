import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Managed } from '../../src/runtime/kind.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const within = 120_000;
const clusters: string[] = [];

afterAll(async () => {
  for (const name of clusters) await cluster.delete('EventCluster', name);
  await kafka.close();
  await cluster.close();
});

type Spec = Record<string, unknown>;

/** An EventCluster of its own, with one rule for the namespace of the same name. */
async function tenant(rule: Spec = {}, spec: Spec = {}): Promise<Tenant> {
  const name = await cluster.createNamespace('tenant');
  const access = [{ namespaces: [name], topics: [`${name}.*`], ...rule }];
  const bootstrapServers = world.kafka.bootstrapServers.split(',');
  await cluster.create(manifest('EventCluster', name, { kafka: { bootstrapServers }, access, ...spec }));
  clusters.push(name);
  return new Tenant(name);
}

class Tenant {
  readonly namespace: string;

  constructor(namespace: string) {
    this.namespace = namespace;
  }

  /** Topic `<namespace>.<name>`; resource `<name>`. */
  async createTopic(name: string, spec: Spec = {}): Promise<string> {
    const wanted = { clusterRef: { name: this.namespace }, topicName: this.topic(name), partitions: 1, ...spec };
    await cluster.create(manifest('EventTopic', name, wanted, this.namespace));
    return `${this.namespace}/${name}`;
  }

  topic(name: string): string {
    return `${this.namespace}.${name}`;
  }

  async liveTopics(): Promise<string[]> {
    const prefix = `${this.namespace}.`;
    const names = (await kafka.topics()).filter((name) => name.startsWith(prefix));
    return names.map((name) => name.slice(prefix.length)).sort();
  }

  async changeRule(rule: Spec, spec: Spec = {}): Promise<void> {
    const access = [{ namespaces: [this.namespace], topics: [`${this.namespace}.*`], ...rule }];
    await cluster.changeCluster(this.namespace, { access, ...spec });
  }
}

const change = (key: string, spec: Spec) => cluster.patch('EventTopic', key, { spec });

async function stalled(key: string, reason: string): Promise<string> {
  return message(await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', reason), 'Stalled');
}

function message({ status }: Managed, type: string): string {
  return status?.conditions?.find((condition) => condition.type === type)?.message ?? '';
}

describe('maxTopicsPerNamespace', () => {
  it('holds while more are created at the same instant, and gives away what becomes free', async () => {
    const team = await tenant({ maxTopicsPerNamespace: 10 });
    const { namespace } = team;
    const names = Array.from({ length: 30 }, (_, index) => `t${index + 1}`);
    await Promise.all(names.map((name) => team.createTopic(name)));
    const reasons = async () => {
      const topics = await cluster.list<Managed>('EventTopic', namespace);
      return topics.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.reason).sort();
    };
    const ending = (ready: number, refused: number) => [
      ...new Array<string>(ready).fill('InSync'),
      ...new Array<string>(refused).fill('QuotaExceeded'),
    ];
    const whenThereAre = (count: number) =>
      eventually(async () => expect(await team.liveTopics()).toHaveLength(count), { within });
    await eventually(async () => expect(await reasons()).toEqual(ending(10, 20)), { within });
    await whenThereAre(10);

    const [first = ''] = await team.liveTopics();
    await cluster.delete('EventTopic', `${namespace}/${first}`);
    await eventually(async () => expect(await reasons()).toEqual(ending(10, 19)), { within });
    await whenThereAre(11);
  });

  it('leaves what exists managed when it is lowered', async () => {
    const team = await tenant({ maxTopicsPerNamespace: 2 });
    const [a, b] = [await team.createTopic('a'), await team.createTopic('b')];
    await cluster.whenReady('EventTopic', a);
    await cluster.whenReady('EventTopic', b);
    await team.changeRule({ maxTopicsPerNamespace: 1 });
    const c = await team.createTopic('c');
    expect(await stalled(c, 'QuotaExceeded')).toContain('grants 1 topics to this namespace');
    await change(b, { keyed: false, partitions: 2 });
    await kafka.whenPartitions(team.topic('b'), 2);
    await cluster.whenReady('EventTopic', b);
    expect(await team.liveTopics()).toEqual(['a', 'b']);
  });
});

describe('maxPartitionsPerTopic', () => {
  it('refuses creation and growth beyond, and nothing else of the spec', async () => {
    const team = await tenant({ maxPartitionsPerTopic: 2 });
    const large = await team.createTopic('large', { partitions: 3 });
    expect(await stalled(large, 'QuotaExceeded')).toContain('set spec.partitions to 2');
    expect(await kafka.exists(team.topic('large'))).toBe(false);
    await change(large, { partitions: null });
    await cluster.whenReady('EventTopic', large);

    const grown = await team.createTopic('grown', { keyed: false });
    await cluster.whenReady('EventTopic', grown);
    await change(grown, { partitions: 3, config: { 'retention.ms': 5_000_000 } });
    await stalled(grown, 'QuotaExceeded');
    await eventually(
      async () => expect(await kafka.overrides(team.topic('grown'))).toEqual({ 'retention.ms': '5000000' }),
      { within },
    );
    expect(await kafka.partitions(team.topic('grown'))).toBe(1);
  });

  it('leaves a larger topic managed', async () => {
    const team = await tenant();
    const key = await team.createTopic('large', { partitions: 4 });
    await cluster.whenReady('EventTopic', key);
    await team.changeRule({ maxPartitionsPerTopic: 2 });
    await change(key, { config: { 'retention.ms': 5_000_000 } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(team.topic('large'))).toEqual({ 'retention.ms': '5000000' });
  });
});

describe('adoptionPolicies', () => {
  it('refuse an adoption that is not granted, until it is', async () => {
    const team = await tenant();
    await kafka.createTopic(team.topic('found'), 2);
    const key = await team.createTopic('found', { adoptionPolicy: 'Take', partitions: 2 });
    expect(await stalled(key, 'NotGranted')).toContain('use MatchOnly or Never');
    await team.changeRule({ adoptionPolicies: ['Take'] });
    await cluster.whenReady('EventTopic', key);
  });
});

describe('deletionPolicies', () => {
  it('that are not granted any more refuse themselves only, and the topic outlives its resource', async () => {
    const team = await tenant({ deletionPolicies: ['Delete'] });
    const key = await team.createTopic('orders', { deletionPolicy: 'Delete', keyed: false });
    await cluster.whenReady('EventTopic', key);
    await team.changeRule({});
    await change(key, { partitions: 2, config: { 'retention.ms': 5_000_000 } });
    expect(await stalled(key, 'NotGranted')).toContain('does not grant deletionPolicy Delete');
    const overrides = () => kafka.overrides(team.topic('orders'));
    await eventually(async () => expect(await overrides()).toEqual({ 'retention.ms': '5000000' }), { within });
    await kafka.whenPartitions(team.topic('orders'), 2);
    // A value that is there before the operator has seen its own is taken for what the brokers make of that.
    await eventually(
      async () =>
        expect((await cluster.get('EventTopic', key))?.status).toMatchObject({ observed: { retentionMs: '5000000' } }),
      { within },
    );
    await kafka.setConfig(team.topic('orders'), { 'retention.ms': '1' });
    await cluster.lookNow('EventTopic', key);
    await eventually(async () => expect(await overrides()).toEqual({ 'retention.ms': '5000000' }), { within });
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    expect(await team.liveTopics()).toEqual(['orders']);
  });

  it('are not promised to a topic that is not there yet', async () => {
    const team = await tenant();
    const key = await team.createTopic('orders', { deletionPolicy: 'Delete' });
    expect(await stalled(key, 'NotGranted')).toContain('use Retain');
    expect(await team.liveTopics()).toEqual([]);
    await change(key, { deletionPolicy: 'Retain' });
    await cluster.whenReady('EventTopic', key);
  });
});

describe('naming', () => {
  const pattern = '^[a-z0-9-]+([.][a-z0-9-]+){1,2}$';

  it('under Deny creates no topic of a bad name, says a better one, and leaves topics alone that exist', async () => {
    const team = await tenant();
    const old = await team.createTopic('old', { topicName: team.topic('Old_Name') });
    await cluster.whenReady('EventTopic', old);
    await team.changeRule({}, { naming: { mode: 'Deny', pattern } });

    const fresh = await team.createTopic('new', { topicName: team.topic('New_Name') });
    expect(await stalled(fresh, 'NameRefused')).toContain(`"${team.topic('new-name')}" would`);
    expect(await kafka.exists(team.topic('New_Name'))).toBe(false);

    await change(old, { config: { 'retention.ms': 5_000_000 } });
    await eventually(
      async () => expect(await kafka.overrides(team.topic('Old_Name'))).toEqual({ 'retention.ms': '5000000' }),
      { within },
    );
    const warned = await cluster.whenCondition('EventTopic', old, 'NamingViolation', 'True', 'NamingViolation');
    expect(message(warned, 'NamingViolation')).toContain(`"${team.topic('old-name')}" would`);
    await cluster.whenReady('EventTopic', old);
  });

  it('under Warn creates the topic and says so, until the rule is gone', async () => {
    const team = await tenant({}, { naming: { mode: 'Warn', pattern } });
    const key = await team.createTopic('new', { topicName: team.topic('New_Name') });
    await cluster.whenReady('EventTopic', key);
    await cluster.whenCondition('EventTopic', key, 'NamingViolation', 'True');
    await team.changeRule({}, { naming: { mode: 'Off' } });
    await eventually(
      async () => {
        const topic = await cluster.get<Managed>('EventTopic', key);
        expect(topic?.status?.conditions?.map(({ type }) => type)).toEqual(['Ready']);
      },
      { within },
    );
  });

  it('with a pattern that cannot be read is the EventCluster’s own trouble, and judges no name', async () => {
    const team = await tenant({}, { naming: { mode: 'Deny', pattern: '^(?!x)' } });
    const { namespace } = team;
    const refused = await cluster.whenCondition('EventCluster', namespace, 'Stalled', 'True', 'InvalidSpec');
    expect(message(refused, 'Stalled')).toContain('is no RE2 expression');
    const key = await team.createTopic('waiting');
    await cluster.whenCondition('EventTopic', key, 'Reconciling', 'True', 'ClusterNotReady');
    expect(await kafka.exists(team.topic('waiting'))).toBe(false);
    await team.changeRule({}, { naming: { pattern } });
    await cluster.whenReady('EventTopic', key);
  });
});

describe('a rule for namespaces with a label', () => {
  let team: Tenant;
  beforeAll(async () => {
    team = await tenant({ namespaces: undefined, namespaceSelector: { matchLabels: { 'sluice-test/tier': 'gold' } } });
  });
  const label = (tier: string | null) =>
    cluster.patch('Namespace', team.namespace, { metadata: { labels: { 'sluice-test/tier': tier } } });

  it('counts from the moment the label is there, and no longer than it is', async () => {
    const key = await team.createTopic('labelled');
    expect(await stalled(key, 'NotGranted')).toContain('ask its owner for an access rule');
    await label('gold');
    await cluster.whenReady('EventTopic', key);
    await label(null);
    await stalled(key, 'NotGranted');
    await kafka.whenShown(team.topic('labelled'));
  });
});

describe('the settings that an EventCluster allows', () => {
  it('are applied, the others are named and left alone, and nothing is reset that was set while it was allowed', async () => {
    const shop = await tenant();
    const key = await shop.createTopic('orders', { config: { 'retention.ms': 5_000_000, 'flush.ms': 7_000 } });
    await cluster.whenReady('EventTopic', key);
    await shop.changeRule({}, { allowedConfigKeys: ['retention.*', 'segment.ms'] });
    await change(key, { config: { 'retention.ms': 6_000_000, 'flush.ms': 8_000 } });
    expect(await stalled(key, 'ConfigNotAllowed')).toContain('spec.config flush.ms');
    const live = { 'retention.ms': '6000000', 'flush.ms': '7000' };
    await eventually(async () => expect(await kafka.overrides(shop.topic('orders'))).toEqual(live), { within });
    await change(key, { config: { 'flush.ms': null } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(shop.topic('orders'))).toEqual(live);
  });

  it('keep a topic from being created with less than was asked for, and do not bind the defaults of the platform', async () => {
    const topicDefaults = { partitions: 2, config: { 'flush.ms': 7_000 } };
    const shop = await tenant({}, { allowedConfigKeys: ['retention.*'], topicDefaults });
    const refused = await shop.createTopic('refused', { config: { 'segment.ms': 9_000_000 } });
    await stalled(refused, 'ConfigNotAllowed');
    expect(await shop.liveTopics()).toEqual([]);
    const key = await shop.createTopic('plain', { partitions: null, config: { 'retention.ms': 5_000_000 } });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.partitions(shop.topic('plain'))).toBe(2);
    expect(await kafka.overrides(shop.topic('plain'))).toEqual({ 'flush.ms': '7000', 'retention.ms': '5000000' });
    await cluster.changeCluster(shop.namespace, { topicDefaults: { partitions: 5 } });
    await change(key, { config: { 'retention.ms': 6_000_000 } });
    await eventually(
      async () => expect(await kafka.overrides(shop.topic('plain'))).toMatchObject({ 'retention.ms': '6000000' }),
      { within },
    );
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.partitions(shop.topic('plain'))).toBe(2);
  });
});
