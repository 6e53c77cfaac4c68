import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { KubeObject } from '../../src/ports/kube.ts';
import type { Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { statusProblems } from '../helpers/expect-valid-status.ts';
import { requestsOf } from './support/audit.ts';
import { FickleProxy } from './support/fickle-proxy.ts';
import { figure, stopwatch } from './support/figure.ts';
import { bugsIn, logOf } from './support/operator-log.ts';
import { conditionOf, eventClusterName, Scene, startTimeoutMs, within } from './support/scene.ts';
import { TopicBook } from './support/topic-book.ts';

const restarts = 20;
const watchdogMs = 3_000;

let scene: Scene;
let operator: Operator;
let pid: number | undefined;
let proxy: FickleProxy;
let book: TopicBook;

beforeAll(async () => {
  scene = await Scene.open();
  book = new TopicBook(scene);
  const { controlPlane, kafka } = scene.world;
  await controlPlane.proxy.close();
  proxy = new FickleProxy(controlPlane.proxy.to);
  await proxy.open(controlPlane.proxy.from);
  // Everything that the operator can watch is there, so that each watch can go silent.
  await scene.cluster.installScaledObjects();
  await scene.createEventCluster(kafka.bootstrapServers);
  const { host, port } = controlPlane.proxy.from;
  const env = { SLUICE_WATCHDOG_MS: String(watchdogMs) };
  operator = await scene.startOperator({ env, apiServer: `https://${host}:${port}` });
  pid = operator.part.pid;
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
  await proxy?.close();
}, startTimeoutMs);

it(`brings every topic to its last spec after the API server was killed ${restarts} times`, async () => {
  const { apiServer } = scene.world.controlPlane;
  await book.create('before');
  await book.whenDone();
  const sinceFirst = stopwatch();
  for (let round = 1; round <= restarts; round++) {
    // Killed while the operator is at work on what was just asked for.
    await Promise.all([
      book.createMany(`round-${round}`, 2),
      book.change('before', { partitions: round + 1, retentionMs: 1_000_000 + round }),
    ]);
    if (round > 1) await book.change(`round-${round - 1}-1`, { partitions: 2 });
    await apiServer.kill();
    await apiServer.start();
  }
  figure(`the API server was killed and started ${restarts} times in ${sinceFirst()}`);
  const sinceLast = stopwatch();
  await book.whenDone();
  figure(`all ${book.size} topics were as their last spec says ${sinceLast()} after the last start`);
  expect(operator.part.pid).toBe(pid);
});

it('goes on after its connections were reset again and again', async () => {
  for (let round = 1; round <= 10; round++) {
    proxy.reset();
    await Promise.all([book.create(`reset-${round}`), book.change('before', { partitions: 30 + round })]);
    proxy.reset();
  }
  const sinceLast = stopwatch();
  await book.whenDone();
  figure(`all ${book.size} topics were as their last spec says ${sinceLast()} after the last reset`);
});

it('notices watches that went silent, and what happened meanwhile', async () => {
  const abandoned = proxy.abandonOpen();
  const sinceSilence = stopwatch();
  await Promise.all([book.create('silent'), book.change('before', { retentionMs: 5_000_000 })]);
  await book.whenDone();
  figure(
    `changes were seen ${sinceSilence()} after ${abandoned} connections went silent, with a limit of ${watchdogMs} ms`,
  );
  expect(operator.part.pid).toBe(pid);
});

async function expectHealthy(): Promise<void> {
  const answers = ['healthz', 'readyz'].map(async (path) => (await fetch(`${operator.url}/${path}`)).text());
  expect(await Promise.all(answers)).toEqual(['ok\n', 'ok\n']);
}

it('is alive and ready while the API server is away for long, because a restart would mend nothing', async () => {
  const { apiServer } = scene.world.controlPlane;
  await apiServer.kill();
  const killedMs = performance.now();
  await eventually(() => expect(performance.now() - killedMs).toBeGreaterThan(2 * watchdogMs + 1_000), { within });
  await expectHealthy();
  await apiServer.start();
  await book.create('late');
  await book.whenDone();
  expect(operator.part.pid).toBe(pid);
});

it('is healthy again, and has met no bug on the way', async () => {
  await eventually(expectHealthy, { within });
  const cluster = await scene.cluster.get<Managed>('EventCluster', eventClusterName);
  expect(cluster && conditionOf(cluster, 'Ready')?.status).toBe('True');
  const byVerb = Map.groupBy(requestsOf(scene.world, 'operator'), ({ verb }) => verb);
  figure(`the operator sent ${[...byVerb].map(([verb, requests]) => `${requests.length} ${verb}`).join(', ')}`);
  scene.expectGoodConduct();
});

interface Definition extends KubeObject {
  spec: {
    versions: { schema: { openAPIV3Schema: { properties: { status: { properties: Record<string, object> } } } } }[];
  };
}

/** Gives a text of the status of EventTopics another bound, as a CRD of another version may have. */
async function boundTopicName(maxLength: number): Promise<void> {
  const name = 'eventtopics.sluice.dev';
  const definition = await scene.cluster.get<Definition>('CustomResourceDefinition', name);
  const versions = structuredClone(definition?.spec.versions ?? []);
  for (const { schema } of versions) {
    const { properties } = schema.openAPIV3Schema.properties.status;
    properties.topicName = { ...properties.topicName, maxLength };
  }
  await scene.cluster.patch('CustomResourceDefinition', name, { spec: { versions } });
}

it('says so in a status that the API server refuses, and writes it whole once it is taken', async () => {
  const read = (key: string) => scene.cluster.get<Managed>('EventTopic', key);
  let tried = 0;
  const createRefused = async () => {
    tried += 1;
    const key = await scene.createTopic(`refused-${tried}`);
    const firstSaid = async () => {
      const resource = await read(key);
      const ready = resource && conditionOf(resource, 'Ready');
      if (!ready) throw new Error(`nobody has looked at ${key}`);
      return ready;
    };
    const { reason, message } = await eventually(firstSaid, { within });
    // The API server takes a moment to heed its new definition.
    if (reason !== 'StatusRefused') throw new Error(`the status of ${key} was taken: ${reason}`);
    return { key, message };
  };
  await boundTopicName(3);
  const { key, message } = await eventually(createRefused, { within });
  expect(message).toMatch(/install the CRDs .*status\.topicName: Too long/);
  const refused = await read(key);
  expect(refused && statusProblems(refused)).toEqual([]);
  expect(refused?.status).not.toHaveProperty('topicName');
  // The log tells of a round once it has ended.
  const told = () => bugsIn(logOf(operator)).filter((line) => line.key === key);
  await eventually(() => expect(told()).toMatchObject([{ fault: 'kubernetes/rejected' }]), { within });

  await boundTopicName(249);
  const askAgain = async () => {
    tried += 1;
    const annotations = { 'sluice.dev/reconcile-requested-at': String(tried) };
    await scene.cluster.patch('EventTopic', key, { metadata: { annotations } });
    const resource = await read(key);
    expect(resource && conditionOf(resource, 'Ready')).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(resource?.status).toMatchObject({ topicName: resource?.metadata.name });
  };
  await eventually(askAgain, { within, everyMs: 1_000 });
});
