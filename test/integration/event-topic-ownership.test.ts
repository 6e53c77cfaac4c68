import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kubectl } from '../../dev/world/kubectl.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const within = 120_000;
let here: string;
let elsewhere: string;

beforeAll(async () => {
  here = await cluster.createNamespace('owners');
  elsewhere = await cluster.createNamespace('owners');
  await cluster.create(
    manifest('EventCluster', here, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [
        {
          namespaces: [here, elsewhere],
          topics: [`${here}.*`],
          deletionPolicies: ['Retain', 'Delete'],
          adoptionPolicies: ['MatchOnly', 'Take'],
        },
      ],
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', here);
  await kafka.close();
  await cluster.close();
});

async function createTopic(name: string, spec: Record<string, unknown> = {}, namespace = here): Promise<string> {
  const wanted = { clusterRef: { name: here }, topicName: `${here}.${name}`, partitions: 1, ...spec };
  await cluster.create(manifest('EventTopic', name, wanted, namespace));
  return `${namespace}/${name}`;
}

const change = (key: string, spec: Record<string, unknown>) => cluster.patch('EventTopic', key, { spec });
const topicIdOf = async (key: string) => (await cluster.whenReady('EventTopic', key)).status as { topicId?: string };

const lookNow = (key: string) => cluster.lookNow('EventTopic', key);

async function stalled(key: string, reason: string): Promise<string> {
  const { status } = await cluster.whenCondition('EventTopic', key, 'Stalled', 'True', reason);
  return status?.conditions?.find(({ type }) => type === 'Stalled')?.message ?? '';
}

describe('a topic that existed before', () => {
  it('is taken under Take, brought to the spec, and never shrunk', async () => {
    await kafka.createTopic(`${here}.taken`, 3, { 'retention.ms': '7000000', 'segment.ms': '9000000' });
    const spec = { adoptionPolicy: 'Take', keyed: false, config: { 'retention.ms': 8_000_000 } };
    const key = await createTopic('taken', { ...spec, partitions: 5 });
    await cluster.whenReady('EventTopic', key);
    await kafka.whenPartitions(`${here}.taken`, 5);
    expect(await kafka.overrides(`${here}.taken`)).toEqual({ 'retention.ms': '8000000', 'segment.ms': '9000000' });

    await kafka.createTopic(`${here}.large`, 4);
    const large = await createTopic('large', { ...spec, partitions: 2 });
    expect(await stalled(large, 'PartitionDecreaseRefused')).toContain('has 4 partitions, wanted 2');
    expect(await kafka.partitions(`${here}.large`)).toBe(4);
    await eventually(
      async () => expect(await kafka.overrides(`${here}.large`)).toEqual({ 'retention.ms': '8000000' }),
      { within },
    );
  });

  it('is refused under Never, although it matches', async () => {
    await kafka.createTopic(`${here}.never`, 1);
    const key = await createTopic('never', { adoptionPolicy: 'Never' });
    expect(await stalled(key, 'AdoptionRefused')).toContain('existed before');
    await change(key, { adoptionPolicy: 'MatchOnly' });
    await cluster.whenReady('EventTopic', key);
  });

  it('is told every difference in one message, and adopted once the spec says what is live', async () => {
    await kafka.createTopic(`${here}.differs`, 3, { 'retention.ms': '7000000' });
    const config = { 'retention.ms': 1, 'segment.ms': 2 };
    const key = await createTopic('differs', { keyed: false, partitions: 2, replicationFactor: 2, config });
    const message = await stalled(key, 'AdoptionMismatch');
    for (const part of ['3 partitions and not 2', '1 replicas and not 2', 'retention.ms is "7000000"', 'segment.ms is'])
      expect(message).toContain(part);
    await change(key, {
      partitions: 3,
      replicationFactor: 1,
      config: { 'retention.ms': '007000000', 'segment.ms': null },
    });
    await cluster.whenReady('EventTopic', key);
    expect(await kafka.overrides(`${here}.differs`)).toEqual({ 'retention.ms': '7000000' });
  });
});

describe('a topic that was lost', () => {
  async function lose(name: string, spec: Record<string, unknown> = {}): Promise<{ key: string; lostId: string }> {
    const key = await createTopic(name, spec);
    const { topicId = '' } = await topicIdOf(key);
    await kafka.whenShown(`${here}.${name}`);
    // What the operator created and has not seen since, it takes for a topic that the brokers have yet to hear of.
    await cluster.lookedAgain('EventTopic', key);
    await kafka.deleteTopic(`${here}.${name}`);
    await lookNow(key);
    return { key, lostId: topicId };
  }

  it('is created again, empty, for the id that was lost and for no other', async () => {
    const { key, lostId } = await lose('lost', { config: { 'retention.ms': 5_000_000 } });
    expect(await stalled(key, 'TopicDeletedOutOfBand')).toContain(`set spec.recreateLostTopicId to ${lostId}`);
    await change(key, { recreateLostTopicId: 'AAAAAAAAAAAAAAAAAAAAAQ' });
    await stalled(key, 'TopicDeletedOutOfBand');
    await change(key, { recreateLostTopicId: lostId });
    const { topicId } = await topicIdOf(key);
    expect(topicId).not.toBe(lostId);
    expect(await kafka.overrides(`${here}.lost`)).toEqual({ 'retention.ms': '5000000' });
  });

  it('is created again at once where the policy says so', async () => {
    const { key, lostId } = await lose('phoenix', { recreatePolicy: 'Recreate' });
    await eventually(async () => expect((await topicIdOf(key)).topicId).not.toBe(lostId), { within });
    await kafka.whenShown(`${here}.phoenix`);
  });

  it('gives way to the one that somebody created, once its id is accepted', async () => {
    const { key } = await lose('usurped');
    await kafka.createTopic(`${here}.usurped`, 1, { 'segment.ms': '9000000' });
    await lookNow(key);
    const message = await stalled(key, 'TopicRecreated');
    const acceptTopicId = /set spec.acceptTopicId to (\S{22})/.exec(message)?.[1];
    await change(key, { acceptTopicId });
    expect(await topicIdOf(key)).toMatchObject({ topicId: acceptTopicId });
    expect(await kafka.overrides(`${here}.usurped`)).toEqual({ 'segment.ms': '9000000' });
  });
});

describe('an owner that goes', () => {
  it.each(['Retain', 'Delete'])('with policy %s hands its topic over without touching it', async (deletionPolicy) => {
    const name = `heirloom-${deletionPolicy.toLowerCase()}`;
    const config = { 'retention.ms': 5_000_000 };
    const first = await createTopic(name, { deletionPolicy, config });
    const { topicId } = await topicIdOf(first);
    const heir = await createTopic(name, { config: { 'retention.ms': 6_000_000 } }, elsewhere);
    const message = await stalled(heir, 'OwnedByOther');
    expect(message).toContain('a resource in another namespace');
    expect(message).not.toContain(first);
    await eventually(
      async () => expect((await cluster.get('EventTopic', first))?.metadata.finalizers).toHaveLength(1),
      { within },
    );
    await cluster.delete('EventTopic', first);
    await cluster.whenGone('EventTopic', first);
    expect(await topicIdOf(heir)).toMatchObject({ topicId });
    expect(await kafka.overrides(`${here}.${name}`)).toEqual({ 'retention.ms': '6000000' });
  });

  it('is missed by nobody when it never owned the topic', async () => {
    const owner = await createTopic('kept');
    await cluster.whenReady('EventTopic', owner);
    const other = await createTopic('kept', { deletionPolicy: 'Delete' }, elsewhere);
    await stalled(other, 'OwnedByOther');
    await cluster.delete('EventTopic', other);
    await cluster.whenGone('EventTopic', other);
    await cluster.lookedAgain('EventTopic', owner);
    await cluster.whenReady('EventTopic', owner);
    await kafka.whenShown(`${here}.kept`);
  });
});

describe('a resource that is replaced by force', () => {
  const replace = (name: string, spec: Record<string, unknown>) => {
    const wanted = { clusterRef: { name: here }, topicName: `${here}.${name}`, partitions: 1, ...spec };
    const input = JSON.stringify(manifest('EventTopic', name, wanted));
    return kubectl(world.kubeconfig, ['replace', '--force', '-n', here, '-f', '-'], { input });
  };

  it('keeps its topic, although it adopts none, and what left its spec returns to its default', async () => {
    const spec = { adoptionPolicy: 'Never', config: { 'retention.ms': 5_000_000, 'segment.ms': 9_000_000 } };
    const key = await createTopic('replaced', spec);
    const { topicId } = await topicIdOf(key);
    await replace('replaced', { adoptionPolicy: 'Never', config: { 'retention.ms': 6_000_000 } });
    expect(await topicIdOf(key)).toMatchObject({ topicId, appliedConfig: { 'retention.ms': '6000000' } });
    expect(await kafka.overrides(`${here}.replaced`)).toEqual({ 'retention.ms': '6000000' });
  });

  it('gets a new topic where the old one goes with it', async () => {
    const key = await createTopic('renewed', { deletionPolicy: 'Delete' });
    const { topicId } = await topicIdOf(key);
    await replace('renewed', { deletionPolicy: 'Delete', partitions: 2 });
    expect((await topicIdOf(key)).topicId).not.toBe(topicId);
    await kafka.whenPartitions(`${here}.renewed`, 2);
  });
});

describe('a resource that is restored without its status', () => {
  /** As backup tools do it: finalizers and annotations come back, the identity and the status do not. */
  async function backUp(key: string): Promise<() => Promise<string>> {
    const { apiVersion, kind, metadata, ...rest } = (await cluster.get<Managed>('EventTopic', key)) ?? missing(key);
    const { name, namespace, annotations, finalizers } = metadata;
    const { spec } = rest;
    const input = JSON.stringify({ apiVersion, kind, metadata: { name, namespace, annotations, finalizers }, spec });
    return () => kubectl(world.kubeconfig, ['create', '-f', '-'], { input });
  }

  function missing(key: string): never {
    throw new Error(`there is no ${key}`);
  }

  async function lostWithItsResource(name: string) {
    const key = await createTopic(name, { deletionPolicy: 'Delete', config: { 'retention.ms': 5_000_000 } });
    const { topicId } = await topicIdOf(key);
    const restore = await backUp(key);
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    await kafka.whenGone(`${here}.${name}`);
    return { key, restore, topicId };
  }

  it('creates no topic in place of the one that went with it, until that is confirmed as its message says', async () => {
    const { key, restore, topicId } = await lostWithItsResource('restored');
    await restore();
    const [, annotation = ''] =
      / (sluice\.dev\/confirm-restored=[\w-]+),/.exec(await stalled(key, 'RestoreUnconfirmed')) ?? [];
    expect(await kafka.exists(`${here}.restored`)).toBe(false);
    await kubectl(world.kubeconfig, ['annotate', '-n', here, 'eventtopic', 'restored', annotation]);
    expect((await topicIdOf(key)).topicId).not.toBe(topicId);
  });

  it('neither adopts nor deletes what a stranger created meanwhile, until its id is accepted', async () => {
    const { key, restore } = await lostWithItsResource('taken-over');
    await kafka.createTopic(`${here}.taken-over`, 1, { 'retention.ms': '5000000' });
    await restore();
    await stalled(key, 'RestoreUnconfirmed');
    await cluster.delete('EventTopic', key);
    await cluster.whenGone('EventTopic', key);
    expect(await kafka.exists(`${here}.taken-over`)).toBe(true);

    await restore();
    const message = await stalled(key, 'RestoreUnconfirmed');
    const acceptTopicId = /set spec.acceptTopicId to (\S{22})/.exec(message)?.[1];
    await change(key, { acceptTopicId });
    expect(await topicIdOf(key)).toMatchObject({ topicId: acceptTopicId });
    expect(await kafka.overrides(`${here}.taken-over`)).toEqual({ 'retention.ms': '5000000' });
  });
});

describe('an owner whose EventCluster is in trouble', () => {
  const own = () => `${here}-own`;
  const ownCluster = (spec: Record<string, unknown> = {}) =>
    manifest('EventCluster', own(), {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: [here], topics: [`${here}.*`] }],
      ...spec,
    });
  const greed = { adoptionPolicy: 'Take', deletionPolicy: 'Delete', partitions: 4, keyed: false };
  afterAll(() => cluster.delete('EventCluster', own()));

  async function expectUntouched(name: string): Promise<void> {
    const rival = await createTopic(name, { ...greed, config: { 'retention.ms': 1_000 } }, elsewhere);
    expect(await stalled(rival, 'OwnedByOther')).toContain('a resource in another namespace');
    await cluster.delete('EventTopic', rival);
    await cluster.whenGone('EventTopic', rival);
    expect(await kafka.partitions(`${here}.${name}`)).toBe(1);
    expect(await kafka.overrides(`${here}.${name}`)).toEqual({ 'retention.ms': '5000000' });
  }

  it('keeps its topic from a younger one that comes through another EventCluster, and not beyond its grant', async () => {
    const name = 'rock';
    await cluster.create(ownCluster());
    const owner = await createTopic(name, { clusterRef: { name: own() }, config: { 'retention.ms': 5_000_000 } });
    await cluster.whenReady('EventTopic', owner);

    await cluster.delete('EventCluster', own());
    await cluster.whenCondition('EventTopic', owner, 'Reconciling', 'True', 'ClusterNotFound');
    await expectUntouched(name);

    await cluster.create(ownCluster());
    await cluster.whenReady('EventCluster', own());
    await cluster.whenReady('EventTopic', owner);
    await cluster.patch('EventCluster', own(), { spec: { kafka: { clusterId: 'AAAAAAAAAAAAAAAAAAAAAA' } } });
    await stalled(owner, 'ClusterIdChanged');
    await expectUntouched(name);

    await cluster.patch('EventCluster', own(), {
      spec: { kafka: { clusterId: null }, access: [{ namespaces: [elsewhere] }] },
    });
    await stalled(owner, 'NotGranted');
    const heir = await createTopic(name, { ...greed, config: { 'retention.ms': 6_000_000 } }, elsewhere);
    await cluster.whenReady('EventTopic', heir);
    await kafka.whenPartitions(`${here}.${name}`, 4);
    await lookNow(owner);
    await eventually(
      async () => expect((await cluster.get<Managed>('EventTopic', owner))?.status).not.toHaveProperty('topicId'),
      { within },
    );
  });
});

it('100 pairs that are created at the same instant end with one owner each', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `pair-${index + 1}`);
  await Promise.all(names.flatMap((name) => [here, elsewhere].map((namespace) => createTopic(name, {}, namespace))));
  await eventually(
    async () => {
      const all = (await cluster.list<Managed>('EventTopic')).filter(({ metadata }) => names.includes(metadata.name));
      const says = (topic: Managed) => topic.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
      const pairs = names.map((name) =>
        all
          .filter(({ metadata }) => metadata.name === name)
          .map(says)
          .sort(),
      );
      expect(pairs).toEqual(names.map(() => ['InSync', 'OwnedByOther']));
    },
    { within },
  );
});

it('20 pairs whose names Kafka does not tell apart, created at the same instant, end with one topic each', async () => {
  const pairs = Array.from({ length: 20 }, (_, index) => [`twin-${index + 1}.x`, `twin-${index + 1}_x`]);
  await Promise.all(
    pairs.flatMap((pair) =>
      pair.map((name, index) =>
        createTopic(`${name.replace('_', '.')}-${index}`, { topicName: `${here}.${name}` }, [here, elsewhere][index]),
      ),
    ),
  );
  await eventually(
    async () => {
      const all = await Promise.all([here, elsewhere].map((one) => cluster.list<Managed>('EventTopic', one)));
      const twins = all.flat().filter(({ metadata }) => metadata.name.startsWith('twin-'));
      const reasons = twins.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.reason);
      expect(reasons.sort()).toEqual([...pairs.map(() => 'InSync'), ...pairs.map(() => 'NameRefused')]);
    },
    { within },
  );
  const live = await eventually(
    async () => {
      const found = (await kafka.topics()).filter((name) => name.startsWith(`${here}.twin-`));
      expect(found.length).toBeGreaterThanOrEqual(pairs.length);
      return found;
    },
    { within },
  );
  expect(new Set(live.map((name) => name.replaceAll('.', '_'))).size).toBe(pairs.length);
  expect(live).toHaveLength(pairs.length);

  await kafka.createTopic(`${here}.lone_x`, 1);
  const message = await stalled(await createTopic('lone.x'), 'NameRefused');
  expect(message).toContain(`topic name "${here}.lone.x" differs only in "." and "_" from that of another topic`);
  expect(message).not.toContain('lone_x');
});
