import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Operator } from '../../dev/world/operator.ts';
import type { Part } from '../../dev/world/parts/part.ts';
import type { EventTopic } from '../../src/crds/event-topic.ts';
import { realKafka } from '../contract/kafka/real-kafka.ts';
import { describeReplicaAdmin } from '../contract/kafka/replica-admin.contract.ts';
import { eventually } from '../helpers/eventually.ts';
import { figure, stopwatch } from './support/figure.ts';
import { claimsIn } from './support/journal.ts';
import { ReplicaChecker } from './support/replica-checker.ts';
import { eventClusterName, Scene, startTimeoutMs, within } from './support/scene.ts';

/** 6 partitions of 4 MB: at this throttle the copies take long enough for something to happen meanwhile. */
const partitions = 6;
const perPartition = 40;
const bytesPerSecond = 2_000_000;
const setByHand = 7_000_000;
const brokerIds = [1, 2, 3];
/** A restarted operator is somebody else and waits until the lease of its predecessor has run out. */
const shortLease = {
  SLUICE_LEASE_DURATION_MS: '2000',
  SLUICE_LEASE_RENEW_DEADLINE_MS: '1500',
  SLUICE_LEASE_RETRY_MS: '400',
};

let scene: Scene;
let operator: Operator;
let checker: ReplicaChecker;
let large: string;
let small: string;

beforeAll(async () => {
  scene = await Scene.open({ kafkaNodes: 3 });
  checker = new ReplicaChecker(scene.world.kafka.bootstrapServers);
  const reassignment = { enabled: true, throttleBytesPerSecond: bytesPerSecond, maxConcurrentPartitions: 2 };
  await scene.createEventCluster(scene.world.kafka.bootstrapServers, { reassignment });
  operator = await scene.startOperator({ env: shortLease });
  large = await scene.createTopic('large', { partitions, replicationFactor: 1 });
  small = await scene.createTopic('small', { partitions: 3, replicationFactor: 1 });
  await scene.whenAllReady('EventTopic', [large, small]);
  await checker.produce('large', partitions, perPartition);
  await checker.produce('small', 3, 1);
  await checker.setRate(1, setByHand);
}, startTimeoutMs);
afterEach(({ task }) => scene?.note(task));
afterAll(async () => {
  await scene?.close();
}, startTimeoutMs);

describeReplicaAdmin('with three brokers', 3, async () => {
  // The suite wants brokers that nobody has slowed down.
  const parts = await realKafka(scene.world.kafka.bootstrapServers.split(','));
  const rate = 'leader.replication.throttled.rate';
  await parts.admin.describeCluster({ signal: new AbortController().signal });
  await parts.admin.alterBrokerConfig(1, new Map([[rate, undefined]]), { signal: new AbortController().signal });
  return {
    admin: parts.admin,
    close: async () => {
      await checker.setRate(1, setByHand);
      await parts.close();
    },
  };
});

const want = (key: string, replicationFactor: number) =>
  scene.cluster.patch('EventTopic', key, { spec: { replicationFactor } });
const whenReconciling = (key: string, reason: string) =>
  scene.whenCondition('EventTopic', key, 'Reconciling', 'True', reason);

function broker(id: number): Part {
  return scene.world.kafka.brokers[id - 1] ?? expect.fail(`there is no broker ${id}`);
}

/** Each broker takes a moment to hear of what was set for it. */
function whenRates(wanted: readonly (readonly (string | undefined)[])[]): Promise<void> {
  return eventually(async () => expect(await Promise.all(brokerIds.map((id) => checker.ratesOf(id)))).toEqual(wanted), {
    within,
  });
}

/** All partitions have that many replicas, all of them in sync. */
async function whenReplicas(topic: string, count: number): Promise<void> {
  await eventually(
    async () => {
      for (const { replicas, inSync } of await checker.partitionsOf(topic)) {
        expect(replicas).toHaveLength(count);
        expect(new Set(inSync)).toEqual(new Set(replicas));
      }
    },
    { within },
  );
}

/** As somebody left it before: one rate set by hand, no throttled replicas, nothing to remember. */
async function whenAsBefore(): Promise<void> {
  const asBefore = [[String(setByHand), undefined], ...[2, 3].map(() => [undefined, undefined])];
  await whenRates(asBefore);
  for (const topic of ['large', 'small'])
    await eventually(async () => expect(await checker.throttledReplicasOf(topic)).toEqual([undefined, undefined]), {
      within,
    });
}

async function whenNothingRecorded(): Promise<void> {
  await eventually(async () => expect(await claimsIn(scene.cluster)).toEqual([]), { within });
}

it('moves replicas slowed down, and says how far it is', async () => {
  await Promise.all([want(large, 3), want(small, 3)]);
  await whenReconciling(large, 'ReassignmentRunning');
  const limited = [String(bytesPerSecond), String(bytesPerSecond)];
  await whenRates([limited, limited, limited]);
  await eventually(
    async () => {
      const lists = await checker.throttledReplicasOf('large');
      for (const list of lists) expect(list).toMatch(/^\d:\d/);
    },
    { within },
  );
  const { status } = (await scene.cluster.get<EventTopic>('EventTopic', large)) ?? expect.fail('it is gone');
  expect(status?.reassignment).toMatchObject({ targetReplicationFactor: 3, partitionsTotal: partitions });
  expect(status?.observed?.replicationFactor).toBe(1);
});

it('waits for a broker that is killed on the way, and names it', async () => {
  await broker(3).kill();
  const { message } = await whenReconciling(large, 'ReassignmentWaiting');
  expect(message).toContain('broker 3');
  await broker(3).start();
  await whenReconciling(large, 'ReassignmentRunning');
});

it('ends what it began before it was killed itself, with nothing lost and everything as before', async () => {
  await operator.part.kill();
  const sinceKill = stopwatch();
  await operator.part.start();
  await scene.whenAllReady('EventTopic', [large, small]);
  figure(`${partitions * perPartition * 2} records of 100 kB were copied ${sinceKill()} after the operator was killed`);
  await whenReplicas('large', 3);
  await whenReplicas('small', 3);
  await whenNothingRecorded();
  await whenAsBefore();
  const records = await checker.readAll('large', partitions * perPartition);
  const all = Array.from({ length: perPartition }, (_, index) => index);
  for (let partition = 0; partition < partitions; partition += 1) expect(records.get(partition)).toEqual(all);
});

it('gives replicas up again', async () => {
  await Promise.all([want(large, 2), want(small, 2)]);
  await scene.whenAllReady('EventTopic', [large, small]);
  await whenReplicas('large', 2);
  await whenReplicas('small', 2);
  await whenNothingRecorded();
  await whenAsBefore();
});

it('sets throttles back after a resource is gone in the middle', async () => {
  await want(large, 3);
  await whenReconciling(large, 'ReassignmentRunning');
  await scene.cluster.delete('EventTopic', large);
  await scene.cluster.whenGone('EventTopic', large);
  await whenNothingRecorded();
  await whenAsBefore();
  const counts = (await checker.partitionsOf('large')).map(({ replicas }) => replicas.length);
  expect(counts.filter((count) => count === 3).length).toBeGreaterThan(0);
  expect(Math.min(...counts)).toBe(2);
});

it('would stop writers if it let a topic grow that asks for more in sync than it has', async () => {
  const { admin, close } = await realKafka(scene.world.kafka.bootstrapServers.split(','));
  const options = { signal: new AbortController().signal };
  const config = new Map([['min.insync.replicas', '2']]);
  await admin.createTopic({ name: 'premise', partitions: 1, replicationFactor: 1, config }, options);
  await checker.produce('premise', 1, 1);
  const [partition] = (await admin.describeReplicas('premise', options)) ?? [];
  const leader = partition?.leader ?? expect.fail('the partition has no leader');
  const other = brokerIds.find((id) => id !== leader) ?? 0;
  // A copy that takes for ever.
  await broker(other).kill();
  await eventually(() => admin.reassignReplicas('premise', new Map([[0, [leader, other]]]), options), { within });
  await expect(checker.produce('premise', 1, 1)).rejects.toThrow(/in-sync replicas/);
  await broker(other).start();
  await eventually(() => checker.produce('premise', 1, 1), { within });
  await close();
});

it('refuses more replicas than brokers, and says the numbers', async () => {
  await want(small, 4);
  const { message } = await scene.whenCondition('EventTopic', small, 'Stalled', 'True', 'NotEnoughBrokers');
  expect(message).toContain('needs 4 brokers for 4 replicas, and the cluster has 3');
  await want(small, 2);
  await scene.whenAllReady('EventTopic', [small]);
});

it('had valid statuses all the time, and met no bug', async () => {
  await scene.whenAllReady('EventCluster', [eventClusterName]);
  scene.expectGoodConduct();
});
