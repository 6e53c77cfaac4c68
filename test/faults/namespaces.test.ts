import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { KafkaCluster } from '../../dev/world/parts/kafka.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import { manifest } from '../helpers/cluster.ts';
import { eventually } from '../helpers/eventually.ts';
import { KafkaChecker } from '../helpers/kafka.ts';
import { figure, stopwatch } from './support/figure.ts';
import { liveTopics } from './support/live-topics.ts';
import { eventClusterName, Scene, startTimeoutMs, within } from './support/scene.ts';
import { kafkaBeside } from './support/second-kafka.ts';

/** EventClusters by what becomes of them. All but two name the same brokers. */
const away = 'away';
const undeleting = 'undeleting';
const gone = 'gone';
const ungranting = 'ungranting';
const readOnly = 'read-only';

let scene: Scene;
let beside: KafkaCluster;
let checker: KafkaChecker;
let direct: string;

beforeAll(async () => {
  scene = await Scene.open();
  const { world } = scene;
  direct = world.kafka.bootstrapServers;
  beside = await kafkaBeside(world, { 'delete.topic.enable': false });
  await beside.start();
  for (const name of [eventClusterName, gone, ungranting, readOnly]) await scene.createEventCluster(direct, {}, name);
  await scene.createEventCluster(world.kafka.bootstrapServersThroughProxies, {}, away);
  await scene.createEventCluster(beside.bootstrapServers, {}, undeleting);
  await scene.startOperator();
  checker = new KafkaChecker(direct);
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await checker?.close();
  await beside?.stop();
  await scene?.close();
}, startTimeoutMs);

interface Group {
  prefix: string;
  spec: Record<string, unknown>;
  /** Whether the topics are there when the namespace is gone. */
  stays: boolean;
}

const destroy = { deletionPolicy: 'Delete' };
const on = (name: string) => ({ clusterRef: { name }, ...destroy });

/** Creates `count` topics for each group in a namespace of their own, and waits until all are Ready. */
async function inhabit(prefix: string, groups: readonly Group[], count: number): Promise<string> {
  const namespace = await scene.cluster.createNamespace(prefix);
  const resources = groups.flatMap(({ prefix: name, spec }) =>
    Array.from({ length: count }, (_, index) => {
      const wanted = { clusterRef: { name: eventClusterName }, partitions: 1, ...spec };
      return manifest('EventTopic', `${name}-${index + 1}`, wanted, namespace);
    }),
  );
  await Promise.all(resources.map((resource) => scene.cluster.create(resource)));
  await scene.whenAllReady(
    'EventTopic',
    resources.map(({ metadata }) => `${namespace}/${metadata.name}`),
  );
  return namespace;
}

async function whenNamespaceGone(namespace: string, what: string): Promise<void> {
  const since = stopwatch();
  await scene.cluster.delete('Namespace', namespace);
  await eventually(
    async () => {
      const found = await scene.cluster.get<KubeObject & { status?: object }>('Namespace', namespace);
      if (found) throw new Error(`namespace ${namespace} is still there: ${JSON.stringify(found.status)}`);
    },
    { within },
  );
  figure(`a namespace with 100 topics (${what}) was gone after ${since()}`);
}

/** Brokers show a moment later what was deleted. */
async function whenTopics(groups: readonly Group[], count: number): Promise<void> {
  await eventually(
    async () => {
      const brokers = await Promise.all([direct, beside.bootstrapServers].map(liveTopics));
      const live = new Set(brokers.flatMap((topics) => [...topics.keys()]));
      const found = groups.map(({ prefix }) => [
        prefix,
        Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`).filter((name) => live.has(name)).length,
      ]);
      expect(found).toEqual(groups.map(({ prefix, stays }) => [prefix, stays ? count : 0]));
    },
    { within },
  );
}

it('lets a namespace go whose 100 topics are of every policy and state, with the topics that should stay', async () => {
  const groups: Group[] = [
    { prefix: 'retained', spec: {}, stays: true },
    { prefix: 'deleted', spec: destroy, stays: false },
    { prefix: 'empty', spec: { deletionPolicy: 'DeleteIfEmpty' }, stays: false },
    { prefix: 'filled', spec: { deletionPolicy: 'DeleteIfEmpty' }, stays: true },
    { prefix: 'paused', spec: destroy, stays: true },
    { prefix: 'planned', spec: destroy, stays: true },
    { prefix: 'read', spec: destroy, stays: true },
    { prefix: 'orphaned', spec: on(gone), stays: true },
    { prefix: 'ungranted', spec: on(ungranting), stays: true },
    { prefix: 'frozen', spec: on(readOnly), stays: true },
  ];
  const namespace = await inhabit('mixed', groups, 10);
  const { cluster } = scene;
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
  for (const n of numbers) {
    await cluster.patch('EventTopic', `${namespace}/paused-${n}`, { spec: { paused: true } });
    await cluster.patch('EventTopic', `${namespace}/planned-${n}`, { spec: { mode: 'Plan' } });
  }
  const producer = checker.kafka.producer();
  await producer.connect();
  for (const n of numbers) await producer.send({ topic: `filled-${n}`, messages: [{ value: 'kept' }] });
  await producer.disconnect();
  const reader = checker.kafka.consumer({ groupId: 'reader' });
  for (const n of numbers) await checker.whenShown(`read-${n}`);
  await reader.connect();
  await reader.subscribe({ topics: numbers.map((n) => `read-${n}`) });
  const joined = new Promise<void>((resolve) => void reader.on(reader.events.GROUP_JOIN, () => resolve()));
  await reader.run({ eachMessage: async () => undefined });
  await joined;
  await cluster.delete('EventCluster', gone);
  const orphaned = numbers.map((n) => `${namespace}/orphaned-${n}`);
  await scene.whenAll('EventTopic', orphaned, 'Reconciling', 'True', 'ClusterNotFound');
  await cluster.changeCluster(ungranting, { access: [{ namespaces: ['nobody'] }] });
  await cluster.changeCluster(readOnly, { mode: 'ReadOnly' });

  await whenNamespaceGone(namespace, 'of every policy and state');
  await reader.disconnect();
  await whenTopics(groups, 10);
});

it.each(['refuse', 'hang'] as const)('lets a namespace go while connections to the brokers %s', async (kind) => {
  const groups = [{ prefix: `away-${kind}`, spec: on(away), stays: true }];
  const namespace = await inhabit(`away-${kind}`, groups, 100);
  const [proxy] = scene.world.kafka.proxies;
  await proxy?.set({ kind });
  await whenNamespaceGone(namespace, `connections to the brokers ${kind}`);
  await proxy?.open();
  await whenTopics(groups, 100);
});

it('lets a namespace go whose brokers delete nothing, and says so before', async () => {
  const groups = [{ prefix: 'undeleted', spec: on(undeleting), stays: true }];
  const namespace = await inhabit('undeleted', groups, 100);
  const first = `${namespace}/undeleted-1`;
  await scene.cluster.delete('EventTopic', first);
  const held = await scene.whenCondition('EventTopic', first, 'Reconciling', 'True', 'DeletionDisabledOnBroker');
  expect(held.message).toContain('delete.topic.enable=false');
  expect(held.message).toContain('set deletionPolicy to Retain');
  await whenNamespaceGone(namespace, 'brokers that delete nothing');
  await whenTopics(groups, 100);
});

it('has told nothing but the truth meanwhile', () => scene.expectGoodConduct());
