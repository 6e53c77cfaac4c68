import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Deployment } from '../../src/ports/scale-target.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { manifest, TestCluster } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';

const world = inject('world');
const cluster = new TestCluster(world.kubeconfig);
const kafka = new KafkaChecker(world.kafka.bootstrapServers);
const within = 120_000;
let namespace: string;
let topic: string;

beforeAll(async () => {
  namespace = await cluster.createNamespace('consumers');
  topic = `${namespace}.orders`;
  await kafka.createTopic(topic, 4);
  await cluster.create(
    manifest('EventCluster', namespace, {
      kafka: { bootstrapServers: world.kafka.bootstrapServers.split(',') },
      access: [{ namespaces: [namespace], topics: [`${namespace}.*`], groups: [`${namespace}.*`] }],
    }),
  );
});
afterAll(async () => {
  await cluster.delete('EventCluster', namespace);
  await kafka.close();
  await cluster.close();
});

/** A Deployment whose pods never start: its size is what counts here. */
function deployment(name: string, replicas: number) {
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'not/there:1' }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

async function replicasOf(name: string): Promise<number | undefined> {
  return (await cluster.get<Deployment>('Deployment', `${namespace}/${name}`))?.spec.replicas;
}

async function createConsumer(name: string, spec: Record<string, unknown> = {}): Promise<string> {
  const wanted = {
    clusterRef: { name: namespace },
    groupId: `${namespace}.${name}`,
    topics: [topic],
    offsetReset: 'Earliest',
    targetRef: { name },
    ...spec,
  };
  await cluster.create(manifest('EventConsumer', name, wanted, namespace));
  return `${namespace}/${name}`;
}

function whenStatus(key: string, status: Record<string, unknown>): Promise<Managed> {
  return eventually(
    async () => {
      const resource = await cluster.get('EventConsumer', key);
      expect(resource?.status).toMatchObject(status);
      if (!resource) throw new Error(`EventConsumer ${key} does not exist`);
      return resource;
    },
    { within },
  );
}

describe('an EventConsumer', () => {
  it('says what its group lags behind, and counts nothing for a group that has caught up', async () => {
    await cluster.create(deployment('reader', 1));
    const unread = `${namespace}.unread`;
    await kafka.createTopic(unread, 1);
    const key = await createConsumer('reader', { topics: [topic, unread], scaling: { mode: 'Recommend' } });
    await cluster.whenReady('EventConsumer', key);
    const producer = kafka.kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: Array.from({ length: 40 }, (_, n) => ({ key: `${n}`, value: 'x' })) });
    await producer.disconnect();
    await whenStatus(key, { lag: { records: 30, known: true }, topics: [topic, unread], partitions: { total: 5 } });

    const consumer = kafka.kafka.consumer({ groupId: `${namespace}.reader` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommitInterval: 200, eachMessage: async () => undefined });
    await whenStatus(key, { lag: { records: 0, seconds: 0, known: true } });
    await whenStatus(key, { topics: [topic], unreadTopics: [unread], partitions: { total: 4 } });
    await cluster.whenCondition('EventConsumer', key, 'WithinObjective', 'True');
    await consumer.disconnect();
    expect(await replicasOf('reader')).toBe(1);
  });

  it('counts nothing for records whose transaction was aborted, though no consumer ever passes them', async () => {
    await cluster.create(deployment('aborted', 1));
    const given = `${namespace}.aborted`;
    await kafka.createTopic(given, 1);
    const producer = kafka.kafka.producer({ transactionalId: given, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: given, messages: Array.from({ length: 4 }, () => ({ value: 'x' })) });
    await transaction.abort();
    await producer.disconnect();
    const key = await createConsumer('aborted', { topics: [given] });
    await whenStatus(key, { lag: { records: 0, seconds: 0, known: true }, partitions: { total: 1 } });
    await cluster.whenCondition('EventConsumer', key, 'WithinObjective', 'True');
  });

  it('waits for its Deployment, and scales it to the least when it comes', async () => {
    const key = await createConsumer('late', { scaling: { minReplicas: 2 } });
    await cluster.whenCondition('EventConsumer', key, 'Reconciling', 'True', 'TargetNotFound');
    await cluster.create(deployment('late', 1));
    await cluster.whenReady('EventConsumer', key);
    await eventually(async () => expect(await replicasOf('late')).toBe(2), { within });
    await whenStatus(key, {
      replicas: { current: 2, desired: 2 },
      lastDecision: { from: 1, to: 2, reason: 'AtMinReplicas' },
    });
  });

  it('holds the number that a person fixed, and comes back to Auto', async () => {
    await cluster.create(deployment('fixed', 1));
    const key = await createConsumer('fixed', { scaling: { fixedReplicas: 3 } });
    await eventually(async () => expect(await replicasOf('fixed')).toBe(3), { within });
    await cluster.whenCondition('EventConsumer', key, 'ScalingActive', 'False', 'FixedByUser');
    await cluster.patch('EventConsumer', key, { spec: { scaling: { fixedReplicas: 0 } } });
    await eventually(async () => expect(await replicasOf('fixed')).toBe(0), { within });
    await cluster.patch('EventConsumer', key, { spec: { scaling: { fixedReplicas: null } } });
    await eventually(async () => expect(await replicasOf('fixed')).toBe(1), { within });
  });

  it('touches nothing in mode Off, whatever the least number is', async () => {
    await cluster.create(deployment('off', 1));
    const key = await createConsumer('off', { scaling: { mode: 'Off', minReplicas: 3 } });
    await cluster.whenCondition('EventConsumer', key, 'ScalingActive', 'False', 'ScalingOff');
    expect(await replicasOf('off')).toBe(1);
  });

  it('only recommends in mode Recommend', async () => {
    await cluster.create(deployment('advised', 1));
    const key = await createConsumer('advised', { scaling: { mode: 'Recommend', minReplicas: 3 } });
    await whenStatus(key, { replicas: { current: 1, desired: 3 } });
    await cluster.whenCondition('EventConsumer', key, 'ScalingActive', 'False', 'RecommendOnly');
    expect(await replicasOf('advised')).toBe(1);
  });

  it('refuses a target that a HorizontalPodAutoscaler drives, until that is gone', async () => {
    await cluster.create(deployment('driven', 1));
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'driven' };
    await cluster.create({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'driver', namespace },
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 2 },
    });
    const key = await createConsumer('driven', { scaling: { minReplicas: 2 } });
    const { status } = await cluster.whenCondition('EventConsumer', key, 'Stalled', 'True', 'TargetOwnedByAutoscaler');
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.message).toContain('"driver"');
    expect(await replicasOf('driven')).toBe(1);
    await cluster.delete('HorizontalPodAutoscaler', `${namespace}/driver`);
    await cluster.whenReady('EventConsumer', key);
    await eventually(async () => expect(await replicasOf('driven')).toBe(2), { within });
  });

  it('refuses a target that a ScaledObject drives', async () => {
    await cluster.create(deployment('scaled', 1));
    await cluster.installScaledObjects();
    const scaleTargetRef = { name: 'scaled' };
    await cluster.create({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'keda', namespace },
      spec: { scaleTargetRef },
    });
    const key = await createConsumer('scaled');
    // A kind that was not there before is looked for every minute.
    await cluster.whenCondition('EventConsumer', key, 'Stalled', 'True', 'TargetOwnedByAutoscaler');
  });

  it('leaves group and target to the older of two', async () => {
    await cluster.create(deployment('older', 1));
    await cluster.create(deployment('younger', 1));
    const older = await createConsumer('older');
    await cluster.whenReady('EventConsumer', older);
    const sameGroup = await createConsumer('younger', { groupId: `${namespace}.older` });
    const { status } = await cluster.whenCondition('EventConsumer', sameGroup, 'Stalled', 'True', 'OwnedByOther');
    expect(status).toMatchObject({ ownedBy: 'older' });
    const sameTarget = await createConsumer('same-target', { targetRef: { name: 'older' } });
    await cluster.whenCondition('EventConsumer', sameTarget, 'Stalled', 'True', 'OwnedByOther');
    await cluster.delete('EventConsumer', older);
    await cluster.whenReady('EventConsumer', sameGroup);
    await cluster.whenReady('EventConsumer', sameTarget);
  });

  it('waits for a topic that does not exist, and heals when it comes', async () => {
    await cluster.create(deployment('topicless', 1));
    const missing = `${namespace}.missing`;
    const key = await createConsumer('topicless', { topics: [missing] });
    await cluster.whenCondition('EventConsumer', key, 'Reconciling', 'True', 'TopicNotReady');
    await kafka.createTopic(missing, 1);
    await cluster.whenReady('EventConsumer', key);
  });

  it('that names the group of another namespace learns nothing of it, and leaves it to who may read its topics', async () => {
    const other = await cluster.createNamespace('consumers');
    const [secret, groupId] = [`${other}.secret`, `${namespace}.shared`];
    await kafka.createTopic(secret, 1);
    const access = [
      { namespaces: [namespace], topics: [`${namespace}.*`], groups: [`${namespace}.*`] },
      { namespaces: [other], topics: [`${other}.*`], groups: [groupId] },
    ];
    await cluster.changeCluster(namespace, { access });
    await cluster.create(deployment('nosy', 1));
    const nosy = await createConsumer('nosy', { groupId });
    await whenStatus(nosy, { topics: [topic], replicas: { current: 1 } });
    const rightful = { clusterRef: { name: namespace }, groupId, topics: [secret], targetRef: { name: 'main' } };
    await cluster.create({ ...deployment('main', 1), metadata: { name: 'main', namespace: other } });
    await cluster.create(manifest('EventConsumer', 'main', rightful, other));
    await cluster.whenCondition('EventConsumer', `${other}/main`, 'Stalled', 'True', 'OwnedByOther');

    const reader = kafka.kafka.consumer({ groupId });
    await reader.connect();
    await reader.subscribe({ topics: [secret] });
    await reader.run({ eachMessage: async () => undefined });
    const { status } = await cluster.whenCondition('EventConsumer', nosy, 'Stalled', 'True', 'NotGranted');
    expect(JSON.stringify(status)).not.toContain(secret);
    for (const field of ['topics', 'lag', 'partitions', 'replicas']) expect(status).not.toHaveProperty(field);
    await cluster.whenReady('EventConsumer', `${other}/main`);
    await whenStatus(`${other}/main`, { topics: [secret] });
    await reader.disconnect();
  });

  it('is refused where the cluster does not grant the group', async () => {
    await cluster.create(deployment('ungranted', 1));
    const key = await createConsumer('ungranted', { groupId: 'somebody-else' });
    await cluster.whenCondition('EventConsumer', key, 'Stalled', 'True', 'NotGranted');
  });
});
