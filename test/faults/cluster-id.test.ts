import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { KafkaCluster } from '../../dev/world/parts/kafka.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { figure, stopwatch } from './support/figure.ts';
import { liveTopics } from './support/live-topics.ts';
import { verbose, whenLookedAt } from './support/operator-log.ts';
import { eventClusterName, Scene, startTimeoutMs } from './support/scene.ts';
import { secondKafka } from './support/second-kafka.ts';
import { TopicBook } from './support/topic-book.ts';

let scene: Scene;
let book: TopicBook;
let operator: Operator;
let stranger: KafkaCluster;

beforeAll(async () => {
  scene = await Scene.open();
  book = new TopicBook(scene);
  stranger = await secondKafka(scene.world);
  await scene.createEventCluster(scene.world.kafka.bootstrapServers);
  operator = await scene.startOperator({ env: { ...verbose, SLUICE_RECHECK_MS: '3000' } });
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
}, startTimeoutMs);

/** Lets the other cluster answer at the same address. */
async function swap(from: KafkaCluster, to: KafkaCluster): Promise<void> {
  await from.stop();
  await to.start();
}

const changeCluster = (spec: Record<string, unknown>) => scene.cluster.changeCluster(eventClusterName, spec);

it('writes nothing to another cluster that answers at the address of a known one', async () => {
  const { kafka } = scene.world;
  const settled = await book.createMany('settled', 3);
  await book.whenDone();

  await swap(kafka, stranger);
  // At once, so that they meet the stranger before the EventCluster does.
  const keys = [...settled, ...(await book.createMany('new', 8))];
  await book.change('settled-1', { partitions: 4, retentionMs: 7_000_000 });
  const sinceSwap = stopwatch();
  const cluster = await scene.whenCondition('EventCluster', eventClusterName, 'Stalled', 'True', 'ClusterIdChanged');
  figure(`another cluster id was noticed ${sinceSwap()} after it answered`);
  expect(cluster.message).toContain(kafka.clusterId);
  expect(cluster.message).toContain(stranger.clusterId);
  await scene.whenAll('EventTopic', keys, 'Stalled', 'True', 'ClusterIdChanged');
  await whenLookedAt(operator, [eventClusterName, ...keys], { times: 2 });
  await scene.whenAll('EventTopic', keys, 'Stalled', 'True', 'ClusterIdChanged');
  expect(await liveTopics(stranger.bootstrapServers)).toEqual(new Map());
  const known = await scene.cluster.get<Managed>('EventCluster', eventClusterName);
  expect(known?.status).toMatchObject({ clusterId: kafka.clusterId });
});

it('goes on by itself when the known cluster answers again', async () => {
  const { kafka } = scene.world;
  await swap(stranger, kafka);
  const sinceSwap = stopwatch();
  await book.whenDone();
  figure(`all topics were as their last spec says ${sinceSwap()} after the known cluster answered again`);
  await scene.whenAllReady('EventCluster', [eventClusterName]);
});

it('writes nothing in ReadOnly mode, and says that there is something to write', async () => {
  const { bootstrapServers } = scene.world.kafka;
  await changeCluster({ mode: 'ReadOnly' });
  const before = await liveTopics(bootstrapServers);
  await book.change('settled-1', { partitions: 6 });
  await book.change('settled-2', { retentionMs: 8_000_000 });
  const waiting = [book.keyOf('settled-1'), book.keyOf('settled-2'), await book.create('held')];
  await scene.whenAll('EventTopic', waiting, 'Reconciling', 'True', 'ClusterReadOnly');
  await scene.whenAllReady('EventTopic', [book.keyOf('settled-3')]);
  await whenLookedAt(operator, waiting, { times: 2 });
  expect(await liveTopics(bootstrapServers)).toEqual(before);

  await changeCluster({ mode: 'ReadWrite' });
  const sinceAllowed = stopwatch();
  await book.whenDone();
  figure(`what had waited was done ${sinceAllowed()} after ReadOnly ended`);
});

it('uses another cluster as soon as somebody names its id', async () => {
  const { kafka } = scene.world;
  await swap(kafka, stranger);
  await scene.whenAll('EventCluster', [eventClusterName], 'Stalled', 'True', 'ClusterIdChanged');
  const key = await book.create('after');
  await scene.whenAll('EventTopic', [key], 'Stalled', 'True', 'ClusterIdChanged');

  await changeCluster({ kafka: { clusterId: stranger.clusterId } });
  const sinceNamed = stopwatch();
  await book.whenDone();
  figure(`all ${book.size} topics were in the new cluster ${sinceNamed()} after its id was named`);
  await scene.whenAllReady('EventCluster', [eventClusterName]);
  for (const [kind, name] of [
    ['EventCluster', eventClusterName],
    ['EventTopic', key],
  ] as const) {
    expect((await scene.cluster.get<Managed>(kind, name))?.status).toMatchObject({ clusterId: stranger.clusterId });
  }
});

it('had valid statuses all the time, and met no bug', () => scene.expectGoodConduct());
