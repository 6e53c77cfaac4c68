import { describe, expect, it } from 'vitest';
import type { ObservedReplicas } from '../../../../../src/controllers/event-topic/reassignment/observe.ts';
import {
  planReplication,
  type ReplicationQuestion,
} from '../../../../../src/controllers/event-topic/reassignment/plan.ts';
import type { TopicRecord } from '../../../../../src/controllers/event-topic/reassignment/records.ts';
import {
  reassignmentProgress,
  withSettledReplicas,
} from '../../../../../src/controllers/event-topic/reassignment/report.ts';
import type { TopicState } from '../../../../../src/ports/kafka.ts';
import { clusterOf, liveTopic, useOf } from '../../samples.ts';
import { brokersOf, partitionOf } from './samples.ts';

const three = brokersOf({ 1: undefined, 2: undefined, 3: undefined });
const allowed = { enabled: true, throttleBytesPerSecond: 50_000_000, maxConcurrentPartitions: 20 };
const use = useOf(clusterOf({ reassignment: allowed }));
const recordOf = (targets: TopicRecord['targets']): TopicRecord => ({ topicId: 'id-1', targets, settings: {} });
const minInSync = (value: number) => liveTopic({ replicationFactor: 1 }, { 'min.insync.replicas': String(value) });

function seen(overrides: Partial<ObservedReplicas> = {}): ObservedReplicas {
  return {
    partitions: [partitionOf(0, [1]), partitionOf(1, [2]), partitionOf(2, [3])],
    brokers: three,
    movingElsewhere: 0,
    record: undefined,
    ...overrides,
  };
}

interface Row {
  it: string;
  wanted?: number;
  topic?: TopicState;
  use?: ReplicationQuestion['use'];
  replicas?: Partial<ObservedReplicas> | 'not looked at';
  changes?: Record<string, string>;
  /** The targets of the batch, or that throttles are set back. */
  does?: Readonly<Record<number, readonly number[]>> | 'end';
  blocked?: readonly unknown[];
}

const wait = (reason: string, said = '') =>
  expect.objectContaining({ kind: 'wait', reason, message: expect.stringContaining(said) });
const refuse = (reason: string, said = '') =>
  expect.objectContaining({ kind: 'refuse', reason, message: expect.stringContaining(said) });

const coming = partitionOf(0, [1, 2, 3], { inSync: [1], adding: [2, 3] });
const rows: Row[] = [
  { it: 'does nothing where the spec does not say how many', replicas: 'not looked at' },
  { it: 'does nothing where there are as many as wanted', wanted: 1, replicas: 'not looked at' },
  {
    it: 'refuses where the cluster object does not allow it, and says who can',
    wanted: 3,
    use: useOf(),
    replicas: 'not looked at',
    blocked: [refuse('ReassignmentNotAllowed', 'has 1 replicas, wanted 3: EventCluster "default" does not let')],
  },
  {
    it: 'refuses where the cluster object says no',
    wanted: 3,
    use: useOf(clusterOf({ reassignment: { ...allowed, enabled: false } })),
    replicas: 'not looked at',
    blocked: [refuse('ReassignmentNotAllowed', 'reassignment.enabled')],
  },
  { it: 'grows all partitions', wanted: 3, does: { 0: [1, 2, 3], 1: [2, 1, 3], 2: [3, 2, 1] } },
  {
    it: 'grows no more partitions at once than may move',
    wanted: 2,
    use: useOf(clusterOf({ reassignment: { ...allowed, maxConcurrentPartitions: 2 } })),
    does: { 0: [1, 2], 1: [2, 3] },
  },
  {
    it: 'counts what moves elsewhere',
    wanted: 2,
    use: useOf(clusterOf({ reassignment: { ...allowed, maxConcurrentPartitions: 2 } })),
    replicas: { movingElsewhere: 1 },
    does: { 0: [1, 2] },
  },
  {
    it: 'waits for its turn while as many move elsewhere as may',
    wanted: 2,
    replicas: { movingElsewhere: 20 },
    blocked: [wait('ReassignmentWaiting', 'their turn')],
  },
  {
    it: 'waits while its own batch is on its way, and starts no other one',
    wanted: 3,
    replicas: { partitions: [coming, partitionOf(1, [2])], record: recordOf({ 0: [1, 2, 3] }) },
    blocked: [wait('ReassignmentRunning')],
  },
  {
    it: 'waits for a broker that was to get replicas and went away, and names it',
    wanted: 3,
    replicas: { partitions: [coming], record: recordOf({ 0: [1, 2, 3] }), brokers: three.slice(0, 2) },
    blocked: [wait('ReassignmentWaiting', 'waits for broker 3')],
  },
  {
    it: 'goes on with the next batch when one is complete',
    wanted: 3,
    replicas: {
      partitions: [partitionOf(0, [1, 2, 3]), partitionOf(1, [2])],
      record: recordOf({ 0: [1, 2, 3] }),
    },
    does: { 1: [2, 3, 1] },
  },
  {
    it: 'sends again what it sent before while the brokers do not show it, although it would choose otherwise now',
    wanted: 2,
    does: { 0: [1, 3] },
    replicas: { partitions: [partitionOf(0, [1]), partitionOf(1, [1, 3])], record: recordOf({ 0: [1, 3] }) },
  },
  {
    it: 'chooses again where what it sent before names a broker that is away',
    wanted: 2,
    does: { 0: [1, 2] },
    replicas: {
      partitions: [partitionOf(0, [1])],
      record: recordOf({ 0: [1, 3] }),
      brokers: three.slice(0, 2),
    },
  },
  {
    it: 'sets the throttles back when all is done',
    wanted: 3,
    does: 'end',
    replicas: { partitions: [partitionOf(0, [1, 2, 3])], record: recordOf({ 0: [1, 2, 3] }) },
  },
  {
    it: 'leaves a reassignment of somebody else alone, and waits for its end',
    wanted: 3,
    replicas: { partitions: [partitionOf(0, [1, 2], { inSync: [1], adding: [2] })] },
    blocked: [wait('ReassignmentWaiting', 'by somebody else')],
  },
  {
    it: 'knows one of somebody else by where it goes, even where it moves replicas itself',
    wanted: 3,
    replicas: {
      partitions: [partitionOf(0, [1, 3], { inSync: [1], adding: [3] })],
      record: recordOf({ 0: [1, 2] }),
    },
    blocked: [wait('ReassignmentWaiting', 'by somebody else')],
  },
  {
    it: 'is not concerned with one of somebody else that leaves the number as it should be',
    wanted: 1,
    topic: liveTopic({ replicationFactor: 1, mostReplicas: 2 }),
    replicas: { partitions: [partitionOf(0, [1, 2], { adding: [2], removing: [1] })] },
  },
  {
    it: 'goes to a new target at once, from where its own reassignment is',
    wanted: 1,
    does: { 0: [1] },
    replicas: { partitions: [coming], record: recordOf({ 0: [1, 2, 3] }), brokers: three.slice(0, 2) },
  },
  {
    it: 'sees through what was started when it is not allowed any more, and starts nothing',
    wanted: 3,
    use: useOf(),
    replicas: { partitions: [coming, partitionOf(1, [2])], record: recordOf({ 0: [1, 2, 3] }) },
    blocked: [refuse('ReassignmentNotAllowed'), wait('ReassignmentRunning')],
  },
  {
    it: 'sees through what was started when the spec does not ask for it any more',
    replicas: { partitions: [coming], record: recordOf({ 0: [1, 2, 3] }) },
    blocked: [wait('ReassignmentRunning')],
  },
  {
    it: 'refuses more replicas than brokers, with both numbers, and looks again soon',
    wanted: 5,
    replicas: {},
    blocked: [
      expect.objectContaining({
        kind: 'refuse',
        reason: 'NotEnoughBrokers',
        lookAgainMs: 30_000,
        message: expect.stringContaining('needs 5 brokers for 5 replicas, and the cluster has 3'),
      }),
    ],
  },
  {
    it: 'waits for a broker that is away rather than refuse',
    wanted: 3,
    topic: liveTopic({ replicationFactor: 1 }),
    replicas: { partitions: [partitionOf(0, [1]), partitionOf(1, [3], { inSync: [] })], brokers: three.slice(0, 2) },
    blocked: [wait('ReassignmentWaiting', 'broker 3')],
  },
  {
    it: 'does not grow while a replica is not in sync',
    wanted: 3,
    replicas: { partitions: [partitionOf(0, [1, 2], { inSync: [1] })] },
    blocked: [wait('ReassignmentWaiting', 'not all replicas')],
  },
  {
    it: 'shrinks away a replica on a broker that is away',
    wanted: 2,
    does: { 0: [1, 2] },
    topic: liveTopic({ replicationFactor: 3 }),
    replicas: { partitions: [partitionOf(0, [1, 2, 3], { inSync: [1, 2] })], brokers: three.slice(0, 2) },
  },
  {
    it: 'does not shrink to replicas that are not all in sync',
    wanted: 2,
    topic: liveTopic({ replicationFactor: 3 }),
    replicas: { partitions: [partitionOf(0, [1, 2, 3], { inSync: [1] })] },
    blocked: [wait('ReassignmentWaiting', 'not all replicas')],
  },
  {
    it: 'refuses fewer replicas than have to be in sync',
    wanted: 1,
    topic: { ...minInSync(2), replicationFactor: 3 },
    replicas: { partitions: [partitionOf(0, [1, 2, 3])] },
    blocked: [refuse('ReassignmentNotAllowed', 'min.insync.replicas 2, wanted 1')],
  },
  {
    it: 'shrinks when that setting goes down in the same round',
    wanted: 1,
    topic: { ...minInSync(2), replicationFactor: 3 },
    changes: { 'min.insync.replicas': '1' },
    replicas: { partitions: [partitionOf(0, [1, 2, 3])] },
    does: { 0: [1] },
  },
  {
    it: 'refuses to grow where nobody could write until the copies are there',
    wanted: 3,
    topic: minInSync(2),
    replicas: { partitions: [partitionOf(0, [1])] },
    blocked: [refuse('ReassignmentNotAllowed', 'no writes with acks=all')],
  },
];

function question({ wanted, topic, use: used = use, replicas = {}, changes = {} }: Row): ReplicationQuestion {
  return {
    spec: { replicationFactor: wanted },
    use: used,
    topic: topic ?? liveTopic({ replicationFactor: 1 }),
    replicas: replicas === 'not looked at' ? undefined : seen(replicas),
    changes: new Map(Object.entries(changes)),
  };
}

describe('the plan for the number of replicas', () => {
  it.each(rows)('$it', (row) => {
    const { actions, blocked } = planReplication(question(row));
    const done = actions.map((action) =>
      action.kind === 'reassign' ? Object.fromEntries(action.batch.targets) : 'end',
    );
    expect(done).toEqual(row.does === undefined ? [] : [row.does]);
    expect(blocked).toEqual(row.blocked ?? []);
  });

  it('says how fast copies may come', () => {
    const replicas = { partitions: [coming], record: recordOf({ 0: [1, 2, 3] }) };
    const [action] = planReplication(question({ it: '', wanted: 2, replicas })).actions;
    expect(action).toMatchObject({
      from: 1,
      to: 2,
      batch: { bytesPerSecond: 50_000_000, topicId: 'id-1', mostMoving: 20 },
    });
  });

  const raised = { 'min.insync.replicas': '2', 'retention.ms': '1' };
  const held = [
    { it: 'while a partition has fewer in sync', replicas: {}, made: ['retention.ms'] },
    {
      it: 'no longer when all have enough',
      replicas: { partitions: [partitionOf(0, [1, 2, 3])], record: recordOf({}) },
      made: ['min.insync.replicas', 'retention.ms'],
    },
    {
      it: 'nor lists of throttled replicas that are not set back yet',
      replicas: {
        partitions: [partitionOf(0, [1, 2, 3])],
        record: { ...recordOf({}), settings: { 'retention.ms': { before: null, ours: ['0:1'] } } },
      },
      made: ['min.insync.replicas'],
    },
    { it: 'not where nobody moves replicas', replicas: 'not looked at' as const, made: Object.keys(raised) },
  ];
  it.each(held)(
    'holds back settings of the same round: that more replicas have to be in sync $it',
    ({ replicas, made }) => {
      const { changes } = planReplication(question({ it: '', wanted: 3, replicas, changes: raised }));
      expect([...changes.keys()]).toEqual(made);
    },
  );
});

describe('the progress of a reassignment', () => {
  const grown = (done: number, total: number) =>
    seen({
      record: recordOf({}),
      partitions: Array.from({ length: total }, (_, index) => partitionOf(index, index < done ? [1, 2, 3] : [1])),
    });
  it.each([
    { done: 0, total: 6, told: 0 },
    { done: 4, total: 6, told: 4 },
    { done: 19, total: 100, told: 10 },
    { done: 99, total: 100, told: 90 },
    { done: 100, total: 100, told: 100 },
  ])('$done of $total is told as $told', ({ done, total, told }) => {
    expect(reassignmentProgress(3, grown(done, total))).toEqual({
      targetReplicationFactor: 3,
      partitionsDone: told,
      partitionsTotal: total,
    });
  });

  it('does not count what is still on its way', () => {
    const replicas = seen({ partitions: [coming], record: recordOf({ 0: [1, 2, 3] }) });
    expect(reassignmentProgress(3, replicas)).toMatchObject({ partitionsDone: 0 });
    expect(withSettledReplicas(liveTopic({ replicationFactor: 3 }), replicas)).toMatchObject({ replicationFactor: 1 });
  });

  it('is not told where nothing of ours moves', () => {
    expect(reassignmentProgress(3, seen())).toBeUndefined();
    expect(reassignmentProgress(undefined, grown(1, 2))).toBeUndefined();
  });
});
