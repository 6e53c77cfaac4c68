import { Admin } from '@platformatic/kafka';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { ProxyMode } from '../../dev/world/parts/proxy.ts';
import type { Condition, Managed } from '../../src/runtime/kind.ts';
import { eventually } from '../helpers/eventually.ts';
import { figure, stopwatch } from './support/figure.ts';
import { liveTopics } from './support/live-topics.ts';
import { verbose, whenLookedAt } from './support/operator-log.ts';
import { conditionOf, eventClusterName, Scene, startTimeoutMs, within } from './support/scene.ts';

/** An EventCluster that reaches the same brokers through the proxy. */
const proxied = 'proxied';

let scene: Scene;
let operator: Operator;
let pid: number | undefined;
let direct: string;
let throughProxy: string;

beforeAll(async () => {
  scene = await Scene.open();
  direct = scene.world.kafka.bootstrapServers;
  throughProxy = scene.world.kafka.bootstrapServersThroughProxies;
  await scene.world.kafka.kill();
  await scene.createEventCluster(direct, { registry: { url: scene.world.registry.url } });
  await scene.createEventCluster(throughProxy, {}, proxied);
  // What is in sync is looked at every few seconds, so that it meets the outage.
  operator = await scene.startOperator({ env: { ...verbose, SLUICE_RECHECK_MS: '4000' } });
  pid = operator.part.pid;
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(() => scene?.close(), startTimeoutMs);

const whenClusterReady = (name = eventClusterName) => scene.whenAllReady('EventCluster', [name]);

it('waits for a Kafka that is away when the operator starts, and registers schemas meanwhile', async () => {
  const topics = await scene.createTopics('early', 5);
  const ready = await scene.whenCondition('EventCluster', eventClusterName, 'Ready', 'False', 'KafkaUnavailable');
  expect(ready.message).toContain(direct);
  await scene.whenAll('EventTopic', topics, 'Reconciling', 'True', 'ClusterNotReady');
  const { message } = await scene.whenCondition('EventTopic', topics[0] ?? '', 'Ready', 'False');
  expect(message).toContain(`"${eventClusterName}"`);
  await scene.whenAllReady('EventSchema', [await scene.createSchema('early')]);

  await scene.world.kafka.start();
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventTopic', topics);
  figure(`5 new topics were Ready ${sinceBack()} after Kafka answered for the first time`);
  await whenClusterReady();
  await eventually(
    async () => expect([...(await liveTopics(direct)).keys()].sort()).toEqual(topics.map(nameIn).sort()),
    { within },
  );
});

it('leaves what is in sync as it is while Kafka is away, and goes on with the rest when it is back', async () => {
  const settled = await scene.createTopics('settled', 5);
  await scene.whenAllReady('EventTopic', settled);
  const facts = (await scene.cluster.get<Managed>('EventCluster', eventClusterName))?.status;
  const versions = await scene.versionsOf('EventTopic', settled);

  await scene.world.kafka.kill();
  const started = await scene.createTopic('started');
  const waiting = await scene.whenCondition('EventTopic', started, 'Reconciling', 'True', 'KafkaUnavailable');
  expect(waiting.message).toContain(direct);
  const ready = await scene.whenCondition('EventCluster', eventClusterName, 'Ready', 'False', 'KafkaUnavailable');
  expect(ready.message).toContain(direct);
  await whenLookedAt(operator, settled, { fault: 'kafka/unavailable' });
  expect(await scene.versionsOf('EventTopic', settled)).toEqual(versions);
  const { clusterId } = scene.world.kafka;
  expect(facts).toMatchObject({ clusterId, brokers: 1 });
  expect((await scene.cluster.get<Managed>('EventCluster', eventClusterName))?.status).toMatchObject({
    clusterId,
    brokers: 1,
  });

  // Directly the address refuses; the proxy accepts and breaks off. Neither is news a second time.
  await scene.whenAll('EventCluster', [proxied], 'Ready', 'False', 'KafkaUnavailable');
  const clusters = await scene.versionsOf('EventCluster', [eventClusterName, proxied]);
  await whenLookedAt(operator, [eventClusterName, proxied], { times: 6 });
  expect(await scene.versionsOf('EventCluster', [eventClusterName, proxied])).toEqual(clusters);

  await scene.world.kafka.start();
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventTopic', [started]);
  figure(`a waiting topic was Ready ${sinceBack()} after a killed Kafka answered again`);
  await whenClusterReady();
  expect(await scene.versionsOf('EventTopic', settled)).toEqual(versions);
  await eventually(async () => expect(await liveTopics(direct)).toHaveProperty('size', 11), { within });
});

/** Limits how many partitions any client may make in a second; `undefined` takes the limit away. */
async function limitChanges(perSecond: number | undefined): Promise<void> {
  const tools = new Admin({ clientId: 'tools', bootstrapBrokers: direct.split(',') });
  const key = 'controller_mutation_rate' as const;
  const op =
    perSecond === undefined ? { key, remove: true as const } : { key, value: perSecond, remove: false as const };
  const entities = [{ entityType: 'client-id' as const, entityName: null }];
  await tools.alterClientQuotas({ entries: [{ entities, ops: [op] }] });
  const named = { entityType: 'client-id' as const, matchType: 1 as const };
  const limits = () => tools.describeClientQuotas({ components: [named], strict: true });
  await eventually(async () => expect(await limits()).toHaveLength(perSecond === undefined ? 0 : 1), { within });
  await tools.close();
}

async function throttledAmong(keys: readonly string[]): Promise<readonly Condition[]> {
  const topics = await Promise.all(keys.map((key) => scene.cluster.get<Managed>('EventTopic', key)));
  const waits = topics.flatMap((topic) => (topic && conditionOf(topic, 'Reconciling')) ?? []);
  return waits.filter(({ reason }) => reason === 'KafkaThrottled');
}

it('tells of a quota that is used up at the topics that need it, and goes on with everything else', async () => {
  const settled = await scene.createTopic('settled-quota');
  await scene.whenAllReady('EventTopic', [settled]);
  const clusters = await scene.versionsOf('EventCluster', [eventClusterName]);

  await limitChanges(0.5);
  const many = await scene.createTopics('quota', 8, { partitions: 3 });
  const [waiting] = await eventually(
    async () => {
      const found = await throttledAmong(many);
      expect(found).not.toEqual([]);
      return found;
    },
    { within },
  );
  expect(waiting?.message).toContain('client quota in Kafka (controller_mutation_rate) is used up for up to');
  await scene.cluster.patch('EventTopic', settled, { spec: { config: { 'retention.ms': 1_000_000 } } });
  await scene.whenAllReady('EventTopic', [settled]);
  await scene.whenAllReady('EventSchema', [await scene.createSchema('quota')]);
  expect(await throttledAmong(many)).not.toEqual([]);
  expect((await liveTopics(direct)).get('settled-quota')?.config).toMatchObject({ 'retention.ms': '1000000' });
  expect(await scene.versionsOf('EventCluster', [eventClusterName])).toEqual(clusters);

  await limitChanges(undefined);
  const sinceRaised = stopwatch();
  await scene.whenAllReady('EventTopic', many);
  figure(`8 topics that waited for a quota were Ready ${sinceRaised()} after it was taken away`);
});

const modes: readonly { it: string; mode: ProxyMode }[] = [
  { it: 'refuses connections', mode: { kind: 'refuse' } },
  { it: 'resets connections', mode: { kind: 'reset' } },
  { it: 'says nothing any more', mode: { kind: 'hang' } },
];

it.each(modes)('survives a Kafka that $it, and serves other clusters meanwhile', async ({ mode }) => {
  const [proxy] = scene.world.kafka.proxies;
  await whenClusterReady(proxied);
  const settled = await scene.createTopic(`settled-${mode.kind}`, { clusterRef: { name: proxied } });
  await scene.whenAllReady('EventTopic', [settled]);
  const versions = await scene.versionsOf('EventTopic', [settled]);

  await proxy?.set(mode);
  const started = await scene.createTopic(`started-${mode.kind}`, { clusterRef: { name: proxied } });
  const elsewhere = await scene.createTopic(`elsewhere-${mode.kind}`);
  await scene.whenAllReady('EventTopic', [elsewhere]);
  const waiting = await scene.whenCondition('EventTopic', started, 'Reconciling', 'True', 'KafkaUnavailable');
  expect(waiting.message).toContain(throughProxy);
  await scene.whenAll('EventCluster', [proxied], 'Ready', 'False', 'KafkaUnavailable');
  await whenClusterReady();
  await whenLookedAt(operator, [settled], { fault: 'kafka/unavailable' });

  await proxy?.set({ kind: 'pass' });
  const sinceBack = stopwatch();
  await scene.whenAllReady('EventTopic', [started]);
  figure(`a waiting topic was Ready ${sinceBack()} after Kafka passed again (${mode.kind})`);
  await whenClusterReady(proxied);
  expect(await scene.versionsOf('EventTopic', [settled])).toEqual(versions);
});

it('was one process all the time, with valid statuses and without a bug', () => {
  expect(operator.part.pid).toBe(pid);
  scene.expectGoodConduct();
});

function nameIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
