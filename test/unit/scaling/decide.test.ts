import { expect, test } from 'vitest';
import { decideReplicas } from '../../../src/scaling/decide.ts';
import { initialEngineState } from '../../../src/scaling/state.ts';
import {
  backlog,
  type Case,
  decideIn,
  evenPartitions,
  factsOf,
  groupOf,
  nowMs,
  partitionOf,
  specOf,
  watchedState,
} from './samples.ts';

test.each<Case>([
  {
    it: 'does nothing in mode Off',
    spec: { mode: 'Off', fixedReplicas: 5 },
    replicas: 9,
    decision: { kind: 'hold', reason: 'ScalingOff' },
  },
  {
    it: 'follows a fixed number',
    spec: { fixedReplicas: 9, maxReplicas: 4 },
    replicas: 3,
    decision: { kind: 'scale', to: 9, reason: 'FixedByUser' },
  },
  {
    it: 'follows a fixed number although lag is unknown',
    spec: { fixedReplicas: 0 },
    replicas: 3,
    group: { known: false },
    decision: { kind: 'scale', to: 0, reason: 'FixedByUser' },
  },
  {
    it: 'keeps a fixed number',
    spec: { fixedReplicas: 3 },
    replicas: 3,
    decision: { kind: 'hold', reason: 'FixedByUser' },
  },
  {
    it: 'only says what it would do in mode Recommend',
    spec: { mode: 'Recommend' },
    replicas: 1,
    partitions: evenPartitions(6, 300),
    decision: { kind: 'hold', to: 6, reason: 'RecommendOnly' },
  },
  {
    it: 'grows to the minimum although lag is unknown',
    spec: { minReplicas: 3 },
    replicas: 1,
    group: { known: false },
    decision: { kind: 'scale', to: 3, reason: 'AtMinReplicas' },
  },
  {
    it: 'shrinks to the maximum',
    spec: { maxReplicas: 2 },
    replicas: 6,
    decision: { kind: 'scale', to: 2, reason: 'AtMaxReplicas' },
  },
  {
    it: 'does not even shrink to the maximum while lag is unknown',
    spec: { maxReplicas: 2 },
    replicas: 6,
    group: { known: false },
    decision: { kind: 'hold', reason: 'LagUnknown' },
  },
  {
    it: 'waits for the first snapshot',
    replicas: 3,
    facts: { group: undefined },
    decision: { kind: 'hold', reason: 'Learning' },
  },
  {
    it: 'says why lag is unknown',
    replicas: 3,
    group: { known: false, problem: 'no broker answers' },
    decision: { kind: 'hold', reason: 'LagUnknown', message: 'no broker answers' },
  },
  {
    it: 'waits for rates',
    replicas: 1,
    partitions: evenPartitions(6, 300, { arrivalRate: undefined }),
    decision: { kind: 'hold', reason: 'Learning' },
  },
  {
    it: 'waits for fresh rates after its own start',
    replicas: 1,
    partitions: evenPartitions(6, 300),
    state: { known: { firstMs: nowMs - 15_000, lastMs: nowMs - 5_000 } },
    decision: { kind: 'hold', reason: 'Learning' },
  },
  { it: 'stays when all is well', replicas: 1, decision: { kind: 'hold', reason: 'WithinObjective' } },
  {
    it: 'stays while its size catches up',
    replicas: 3,
    partitions: evenPartitions(6, 50, backlog),
    decision: { kind: 'hold', reason: 'LagOverObjective' },
  },
  {
    it: 'says that the maximum is the limit',
    spec: { maxReplicas: 2 },
    replicas: 2,
    partitions: evenPartitions(6, 500, backlog),
    decision: { kind: 'hold', reason: 'AtMaxReplicas' },
  },
  {
    it: 'says that the partitions are the limit',
    replicas: 6,
    partitions: evenPartitions(6, 540, backlog),
    decision: { kind: 'hold', reason: 'AtPartitionLimit' },
  },
  {
    it: 'says that one partition is the limit',
    replicas: 6,
    partitions: [partitionOf(0, { arrival: 300, ...backlog }), ...evenPartitions(6, 500).slice(1)],
    decision: { kind: 'hold', reason: 'HotPartition' },
  },
  {
    it: 'says so when the age of the lag is not known',
    replicas: 3,
    partitions: evenPartitions(6, 50, { lag: 500, lagSeconds: undefined }),
    decision: { kind: 'hold', reason: 'LagUnknown' },
  },
])('$it', ({ decision, ...situation }) => {
  expect(decideIn(situation).decision).toMatchObject(decision);
});

test('a snapshot counts once, however often it is asked about', () => {
  const facts = factsOf(1, groupOf(1, evenPartitions(6, 200)));
  const first = decideReplicas(specOf(), facts, watchedState(1, { overPolls: 0 }), nowMs);
  const second = decideReplicas(specOf(), facts, first.state, nowMs);
  expect(second).toEqual(first);
  expect(second.decision).toMatchObject({ kind: 'hold', reason: 'DemandOverCapacity' });
});

test('a change that could not be made is asked for again', () => {
  const situation = { replicas: 1, partitions: evenPartitions(6, 200) };
  const { state } = decideIn(situation);
  const later = factsOf(1, groupOf(1, situation.partitions, { sampledAtMs: nowMs + 5_000 }));
  expect(decideReplicas(specOf(), later, state, nowMs + 5_000).decision).toMatchObject({ kind: 'scale', to: 3 });
});

test('what somebody else set has the whole window before it shrinks', () => {
  const facts = factsOf(6, groupOf(6, evenPartitions(6, 50)));
  const state = watchedState(1, { window: [{ atMs: nowMs - 10_000, replicas: 1 }] });
  expect(decideReplicas(specOf(), facts, state, nowMs).decision).toMatchObject({ kind: 'hold', to: 6 });
});

test('time in which nothing was known does not count towards shrinking', () => {
  const facts = factsOf(6, groupOf(6, evenPartitions(6, 50)));
  const state = watchedState(6, { known: { firstMs: 0, lastMs: nowMs - 300_000 } });
  const { state: next } = decideReplicas(specOf(), facts, state, nowMs);
  const later = { ...facts, group: groupOf(6, evenPartitions(6, 50), { sampledAtMs: nowMs + 30_000 }) };
  expect(decideReplicas(specOf(), later, next, nowMs + 30_000).decision).toMatchObject({ reason: 'Stabilizing' });
});

test('a start without memory keeps the size for a whole window', () => {
  let state = initialEngineState(6, nowMs);
  const sizes = [0, 60_000, 119_000, 121_000].map((afterMs) => {
    const group = groupOf(6, evenPartitions(6, 50), { sampledAtMs: nowMs + afterMs });
    const answer = decideReplicas(specOf(), factsOf(6, group), state, nowMs + afterMs);
    state = answer.state;
    return answer.decision.to;
  });
  expect(sizes).toEqual([6, 6, 6, 1]);
});

test('the message of a hold does not change with the figures', () => {
  const messages = [50, 51, 53].map(
    (arrival) => decideIn({ replicas: 1, partitions: evenPartitions(6, arrival) }).decision.message,
  );
  expect(new Set(messages).size).toBe(1);
});

test('the message of a change has the figures', () => {
  const { decision } = decideIn({ replicas: 1, partitions: evenPartitions(6, 200) });
  expect(decision.message).toBe('lag 0 s, objective 60 s; 200 records/s arrive; 100/s per member');
});
