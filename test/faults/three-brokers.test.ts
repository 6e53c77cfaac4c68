import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import { describeKafkaAdmin } from '../contract/kafka/kafka-admin.contract.ts';
import { realKafka } from '../contract/kafka/real-kafka.ts';
import { figure, stopwatch } from './support/figure.ts';
import { eventClusterName, Scene, startTimeoutMs } from './support/scene.ts';
import { TopicBook } from './support/topic-book.ts';

const perKill = 30;

let scene: Scene;
let book: TopicBook;
let operator: Operator;
let pid: number | undefined;

beforeAll(async () => {
  scene = await Scene.open({ kafkaNodes: 3 });
  book = new TopicBook(scene);
  await scene.createEventCluster(scene.world.kafka.bootstrapServers);
  operator = await scene.startOperator();
  pid = operator.part.pid;
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
}, startTimeoutMs);

describeKafkaAdmin('with three brokers', () => realKafka(scene.world.kafka.bootstrapServers.split(',')));

// Each node is broker and controller, so that one of the three kills meets the active controller.
it.each([1, 2, 3])('creates and changes topics while node %i is killed', async (node) => {
  const broker = scene.world.kafka.brokers[node - 1];
  if (!broker) throw new Error(`there is no node ${node}`);
  const replicas = { replicationFactor: 3 };
  await book.create(`changed-${node}`, replicas);
  await book.whenDone();

  const created = Promise.all(
    Array.from({ length: perKill }, (_, index) => book.create(`node-${node}-${index + 1}`, replicas)),
  );
  const changed = book.change(`changed-${node}`, { partitions: 6, retentionMs: 2_000_000 });
  await broker.kill();
  const sinceKill = stopwatch();
  await Promise.all([created, changed]);
  await scene.whenAllReady('EventTopic', await created);
  figure(`${perKill} topics asked for around the kill of node ${node} were Ready ${sinceKill()} after it`);
  await broker.start();
  await book.whenDone();
  await scene.whenAllReady('EventCluster', [eventClusterName]);
});

it('was one process all the time, with valid statuses and without a bug', () => {
  expect(book.size).toBe(3 * (perKill + 1));
  expect(operator.part.pid).toBe(pid);
  scene.expectGoodConduct();
});
