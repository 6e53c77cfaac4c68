import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { EventTopic } from '../../src/crds/event-topic.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { FickleProxy } from './support/fickle-proxy.ts';
import { figure, stopwatch } from './support/figure.ts';
import { liveTopics } from './support/live-topics.ts';
import { verbose, whenLookedAt } from './support/operator-log.ts';
import { Scene, startTimeoutMs, within } from './support/scene.ts';

/** Longer than a deletion takes that nothing holds. */
const confirmAfterMs = 30_000;
/** Rounds come soon, and so does a restarted operator's turn. */
const env = {
  ...verbose,
  SLUICE_RECHECK_MS: '3000',
  SLUICE_CONFIRM_DELETION_AFTER_MS: String(confirmAfterMs),
  SLUICE_LEASE_DURATION_MS: '4000',
  SLUICE_LEASE_RENEW_DEADLINE_MS: '3000',
  SLUICE_LEASE_RETRY_MS: '500',
  // It would find a watch that waits for a version of the lost history, and hide that it did.
  SLUICE_WATCHDOG_MS: '600000',
};

let scene: Scene;
let operator: Operator;
/** Between the operator and the API server. */
let proxy: FickleProxy;
let kafka: KafkaChecker;

beforeAll(async () => {
  scene = await Scene.open();
  const { controlPlane } = scene.world;
  const { from, to } = controlPlane.proxy;
  await controlPlane.proxy.close();
  proxy = new FickleProxy(to);
  await proxy.open(from);
  await scene.createEventCluster(scene.world.kafka.bootstrapServers);
  operator = await scene.startOperator({ env, apiServer: `https://${from.host}:${from.port}` });
  kafka = new KafkaChecker(scene.world.kafka.bootstrapServers);
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await kafka?.close();
  await scene?.close();
  await proxy?.close();
}, startTimeoutMs);

/** What Kubernetes knows when the copy is made. Answers the keys by the part that each resource plays. */
async function createBefore(prefix: string) {
  const create = (name: string, spec: Record<string, unknown>) =>
    scene.createTopic(`${prefix}-${name}`, { keyed: false, config: { 'retention.ms': 1_000_000 }, ...spec });
  const destroy = { deletionPolicy: 'Delete' };
  const keys = {
    untouched: await create('untouched', destroy),
    changed: await create('changed', destroy),
    deleted: await create('deleted', destroy),
    released: await create('released', { deletionPolicy: 'Retain' }),
    anew: await create('anew', destroy),
    owner: await create('owner', { topicName: `${prefix}-shared`, ...destroy }),
  };
  await scene.whenAllReady('EventTopic', Object.values(keys));
  const heir = await create('heir', { topicName: `${prefix}-shared`, ...destroy });
  await scene.whenCondition('EventTopic', heir, 'Stalled', 'True', 'OwnedByOther');
  return { ...keys, heir };
}

type Keys = Awaited<ReturnType<typeof createBefore>>;

/** What happens after the copy was made and is forgotten by Kubernetes, but not by Kafka. */
async function changeAfter(prefix: string, keys: Keys): Promise<void> {
  const { cluster } = scene;
  for (const key of [keys.deleted, keys.released, keys.anew, keys.owner]) await cluster.delete('EventTopic', key);
  for (const key of [keys.deleted, keys.released, keys.anew, keys.owner]) await cluster.whenGone('EventTopic', key);
  await cluster.patch('EventTopic', keys.changed, { spec: { partitions: 3, config: { 'retention.ms': 2_000_000 } } });
  const again = await scene.createTopic(`${prefix}-anew`, { deletionPolicy: 'Delete' });
  const late = await scene.createTopic(`${prefix}-late`, { deletionPolicy: 'Delete' });
  await scene.whenAllReady('EventTopic', [keys.changed, keys.heir, again, late]);
}

/** The topics of one case, with the id of each. */
async function idsOf(prefix: string): Promise<Record<string, string>> {
  const live = await liveTopics(scene.world.kafka.bootstrapServers);
  return Object.fromEntries(
    [...live].flatMap(([name, { id }]) => (name.startsWith(prefix) ? [[name, id] as const] : [])).sort(),
  );
}

/** What the operator has just told of its topics, once the brokers show the same. */
function whenAllIsShown(prefix: string): Promise<Record<string, string>> {
  return eventually(
    async () => {
      const resources = await scene.cluster.list<EventTopic>('EventTopic', scene.namespace);
      const told = resources.flatMap(({ metadata, spec, status }) =>
        metadata.name.startsWith(prefix) ? [[spec.topicName ?? metadata.name, status?.topicId] as const] : [],
      );
      const ids = await idsOf(prefix);
      // The topic of the one that was released has no resource any more.
      expect(ids).toEqual({ ...Object.fromEntries(told), [`${prefix}-released`]: expect.any(String) });
      return ids;
    },
    { within },
  );
}

const cases = [
  { it: 'an operator that goes on', prefix: 'goes-on', restarted: false },
  { it: 'an operator that is started afterwards', prefix: 'restarted', restarted: true },
];

it.each(cases)('loses, deletes and creates no topic when Kubernetes is restored under $it', async (row) => {
  const { prefix, restarted } = row;
  const keys = await createBefore(prefix);
  const copy = await scene.world.controlPlane.backUp(prefix);
  await changeAfter(prefix, keys);
  const before = await whenAllIsShown(prefix);

  if (restarted) await operator.part.stop();
  const { pid } = operator.part;
  // The operator that goes on meets the restored API server with its first try.
  if (!restarted) proxy.hold();
  await scene.world.controlPlane.restore(copy);
  if (!restarted) proxy.release();
  const sinceRestore = stopwatch();
  if (restarted) await operator.part.start();

  const stalled = (key: string, reason: string) => scene.whenCondition('EventTopic', key, 'Stalled', 'True', reason);
  await stalled(keys.changed, 'PartitionDecreaseRefused');
  await stalled(keys.deleted, 'TopicDeletedOutOfBand');
  await stalled(keys.anew, 'TopicRecreated');
  await stalled(keys.heir, 'OwnedByOther');
  await scene.whenAllReady('EventTopic', [keys.untouched, keys.released, keys.owner]);
  figure(`all statuses were true again ${sinceRestore()} after the restore`);

  await whenLookedAt(operator, Object.values(keys), { times: 2 });
  await stalled(keys.changed, 'PartitionDecreaseRefused');
  await scene.whenAllReady('EventTopic', [keys.untouched, keys.released, keys.owner]);
  expect(await idsOf(prefix)).toEqual(before);
  const resources = await scene.cluster.list<KubeObject>('EventTopic', scene.namespace);
  expect(resources.map(({ metadata }) => metadata.name)).not.toContain(`${prefix}-late`);
  if (!restarted) expect(operator.part.pid).toBe(pid);
});

/** A member of a group that reads the topic; returns how it leaves. */
async function readerOf(topic: string): Promise<() => Promise<void>> {
  await kafka.whenShown(topic);
  const consumer = kafka.kafka.consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const joined = new Promise<void>((resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({ eachMessage: async () => undefined });
  await joined;
  return () => consumer.disconnect();
}

it.each(cases)('asks before it deletes what was called off after the backup, under $it', async (row) => {
  const { prefix, restarted } = row;
  const { cluster, world } = scene;
  const name = `${prefix}-called-off`;
  const spec = { deletionPolicy: 'Delete' };
  const key = await scene.createTopic(name, spec);
  await scene.whenAllReady('EventTopic', [key]);
  const leave = await readerOf(name);
  await cluster.delete('EventTopic', key);
  await scene.whenCondition('EventTopic', key, 'Reconciling', 'True', 'DeletionProtected');
  const held = await cluster.get<Managed>('EventTopic', key);
  const askedAtMs = Date.parse(held?.metadata.deletionTimestamp ?? '');
  const copy = await world.controlPlane.backUp(name);

  await cluster.patch('EventTopic', key, { spec: { deletionPolicy: 'Retain' } });
  await cluster.whenGone('EventTopic', key);
  await scene.createTopic(name, spec);
  await scene.whenAllReady('EventTopic', [key]);
  await leave();
  const before = await idsOf(name);
  await eventually(() => expect(Date.now() - askedAtMs).toBeGreaterThan(confirmAfterMs), { within });
  if (restarted) await operator.part.stop();
  // The operator that goes on tries again and again until the restored API server answers.
  await world.controlPlane.restore(copy);
  if (restarted) await operator.part.start();

  const stalled = await scene.whenCondition('EventTopic', key, 'Stalled', 'True', 'DeletionUnconfirmed');
  await whenLookedAt(operator, [key], { times: 2 });
  expect(await idsOf(name)).toEqual(before);

  const [, id = ''] = /sluice\.dev\/allow-delete=([\w-]+);/.exec(stalled.message) ?? [];
  await cluster.patch('EventTopic', key, { metadata: { annotations: { 'sluice.dev/allow-delete': id } } });
  await cluster.whenGone('EventTopic', key);
  await eventually(async () => expect(await idsOf(name)).toEqual({}), { within });
});

/** Writes until versions are above one of the history that is lost. */
async function overtake(lost: string): Promise<void> {
  const { cluster, namespace } = scene;
  await eventually(
    async () => {
      await cluster.patch('Namespace', namespace, { metadata: { labels: { writes: String(performance.now()) } } });
      const now = await cluster.get<KubeObject>('Namespace', namespace);
      expect(BigInt(now?.metadata.resourceVersion ?? 0)).toBeGreaterThan(BigInt(lost));
    },
    { within, everyMs: 1 },
  );
}

async function topicsKnown(): Promise<number> {
  const text = await (await fetch(`${operator.url}/metrics`)).text();
  const counts = [...text.matchAll(/^sluice_resources\{[^}]*kind="event-topic"[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

it('knows what is there when the restored history has overtaken the lost one before it comes back', async () => {
  const { cluster, world } = scene;
  const config = (retentionMs: number) => ({ config: { 'retention.ms': retentionMs } });
  const create = (name: string) => scene.createTopic(`overtaken-${name}`, config(1_000_000));
  const changed = await create('changed');
  const deleted = await create('deleted');
  await scene.whenAllReady('EventTopic', [changed, deleted]);
  const copy = await world.controlPlane.backUp('overtaken');
  await cluster.patch('EventTopic', changed, { spec: config(2_000_000) });
  const lost = await create('lost');
  await scene.whenAllReady('EventTopic', [changed, lost]);
  const newest = await cluster.get<KubeObject>('EventTopic', lost);

  proxy.hold();
  await world.controlPlane.restore(copy);
  await cluster.patch('EventTopic', changed, { spec: config(3_000_000) });
  await cluster.delete('EventTopic', deleted);
  const late = await create('late');
  await overtake(newest?.metadata.resourceVersion ?? '');
  proxy.release();

  await scene.whenAllReady('EventTopic', [changed, late]);
  expect(await kafka.overrides('overtaken-changed')).toEqual({ 'retention.ms': '3000000' });
  const there = await cluster.list<KubeObject>('EventTopic');
  await eventually(async () => expect(await topicsKnown()).toBe(there.length), { within });
});

it('had valid statuses all the time, and met no bug', () => scene.expectGoodConduct());
