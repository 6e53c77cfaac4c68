import { expect, test } from 'vitest';
import { assess } from '../../../src/scaling/assess.ts';
import type { Assessment } from '../../../src/scaling/assessment.ts';
import { type Capacity, unknownCapacity } from '../../../src/scaling/capacity.ts';
import type { GroupFacts, PartitionFacts, ScalingFacts, ScalingSpec } from '../../../src/scaling/facts.ts';
import { factsOf, groupOf, nowMs, partitionOf, specOf } from './samples.ts';

interface Row {
  it: string;
  spec?: Partial<ScalingSpec>;
  replicas?: number;
  partitions?: readonly PartitionFacts[];
  group?: Partial<GroupFacts>;
  facts?: Partial<ScalingFacts>;
  capacity?: Partial<Capacity>;
  says: Partial<Assessment>;
}

const still = partitionOf(1);
const late = { lag: 3_000, lagSeconds: 90, commitRate: 1 };
const lateOnes = [0, 1, 2, 3].map((at) => partitionOf(at, late));
const learning = { ratePerReplica: undefined };
const steadyFor = (ms: number) => ({ steadySinceMs: nowMs - ms });

test.each<Row>([
  { it: 'sees a group of one partition', partitions: [partitionOf(0, { arrival: 50 })], says: { arrival: 50 } },
  {
    it: 'counts what waits where work is done, not where it stands still',
    partitions: [partitionOf(0, { ...late, idleMs: 90_000, commitRate: 0 }), partitionOf(1, { lag: 7, commitRate: 1 })],
    says: { arrival: 0, backlog: 7, stuck: ['orders/0'] },
  },
  { it: 'is settled after 20 s', group: steadyFor(20_000), says: { settled: true } },
  { it: 'is not settled before', group: steadyFor(19_999), says: { settled: false } },
  {
    it: 'is settled after two commits that take longer',
    group: { ...steadyFor(30_000), commitIntervalMs: 15_000 },
    says: { settled: true },
  },
  {
    it: 'is not settled before those',
    group: { ...steadyFor(29_999), commitIntervalMs: 15_000 },
    says: { settled: false },
  },
  { it: 'is not settled while a replica is not ready', facts: { ready: 0 }, says: { settled: false } },
  {
    it: 'may take four times the objective to catch up',
    spec: { ratePerReplica: 10 },
    partitions: [partitionOf(0, { lag: 2_400 }), still],
    says: { need: 1, unmet: undefined },
  },
  {
    it: 'asks for too much of the one partition that would take longer',
    spec: { ratePerReplica: 9 },
    partitions: [partitionOf(0, { lag: 2_400 }), still],
    says: { need: 1, unmet: 'AtPartitionLimit' },
  },
  {
    it: 'may take two minutes to catch up, however short the objective is',
    spec: { maxLagSeconds: 5, ratePerReplica: 10 },
    partitions: [partitionOf(0, { lag: 1_200 }), still],
    says: { need: 1, unmet: undefined },
  },
  {
    it: 'has no hot partition while one member can process what arrives',
    partitions: [partitionOf(0, { arrival: 100 }), still],
    says: { hot: [] },
  },
  {
    it: 'has a hot partition when one member cannot',
    partitions: [partitionOf(0, { arrival: 100.1 }), still],
    says: { hot: ['orders/0'] },
  },
  {
    it: 'needs and keeps the most that is allowed when that is too little',
    spec: { maxReplicas: 1 },
    partitions: [0, 1].map((at) => partitionOf(at, { arrival: 75 })),
    says: { need: 1, enough: 1, unmet: 'AtMaxReplicas' },
  },
  {
    it: 'is limited by its partitions when each has a member that is late',
    spec: learning,
    replicas: 4,
    partitions: lateOnes,
    says: { unmet: 'AtPartitionLimit' },
  },
  {
    it: 'is limited by what is allowed when there are more partitions',
    spec: { ...learning, maxReplicas: 2 },
    replicas: 2,
    partitions: lateOnes,
    says: { unmet: 'AtMaxReplicas' },
  },
  {
    it: 'is not shown to do with less by members that were never seen to do anything',
    spec: { ...learning, policy: 'Stable' },
    replicas: 2,
    capacity: { rate: 0 },
    partitions: [partitionOf(0, { arrival: 10 }), still],
    says: { enough: 2 },
  },
])('a group $it', ({ spec, replicas = 1, partitions = [partitionOf(0), still], group, facts, capacity, says }) => {
  const seen = groupOf(replicas, partitions, group);
  const known = { capacity: { ...unknownCapacity, ...capacity }, membersPerReplica: 1 };
  expect(assess(specOf(spec), factsOf(replicas, seen, facts), seen, known)).toMatchObject(says);
});
