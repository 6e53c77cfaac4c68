import { expect, test } from 'vitest';
import { decideReplicas } from '../../../src/scaling/decide.ts';
import { initialEngineState, type Move } from '../../../src/scaling/state.ts';
import {
  backlog,
  type Case,
  decideIn,
  evenPartitions,
  factsOf,
  groupOf,
  nowMs,
  partitionOf,
  type Situation,
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

const late = evenPartitions(6, 600, backlog);
const waits = { replicas: 3, state: { window: [{ atMs: nowMs - 100_000, replicas: 3 }] } };
/** Directions of moves that took turns, the first of them so long ago. */
const turns = (firstAgoMs: number): Move[] => [
  { atMs: nowMs - firstAgoMs, direction: 'up' },
  ...[400_000, 300_000, 200_000].map((agoMs, index): Move => {
    return { atMs: nowMs - agoMs, direction: index % 2 === 0 ? 'down' : 'up' };
  }),
];

test.each<{ it: string; situation: Situation; message: string }>([
  {
    it: 'the limit of the user, and how much of it the partitions can use',
    situation: { spec: { maxReplicas: 4 }, replicas: 3, partitions: late },
    message: 'lag is over the objective of 60 s; scaling.maxReplicas is 4, of which 3 are useful',
  },
  {
    it: 'the limit of the user alone where all of it is of use',
    situation: { spec: { maxReplicas: 3 }, replicas: 3, partitions: late },
    message: 'lag is over the objective of 60 s; scaling.maxReplicas is 3',
  },
  {
    it: 'the figures of a growth, with what waits',
    situation: { replicas: 1, partitions: evenPartitions(6, 50, backlog) },
    message: 'lag 90 s, objective 60 s; 50 records/s arrive, 18000 waiting; 100/s per member',
  },
  {
    it: 'that a figure is not known yet',
    situation: {
      spec: { ratePerReplica: undefined, policy: 'Balanced' },
      replicas: 1,
      partitions: evenPartitions(6, 200, { lag: 1_000, lagSeconds: 30, commitRate: 5 }),
      group: { commitWindowMs: 60_000 },
    },
    message: 'lag 30 s, objective 60 s; 200 records/s arrive, 5000 waiting; capacity not measured yet',
  },
  {
    it: 'what is being confirmed',
    situation: { replicas: 1, partitions: evenPartitions(6, 50, backlog), state: { overPolls: 0 } },
    message: '2 replicas needed; confirming with the next measurement',
  },
  {
    it: 'that the replicas that are there can catch up',
    situation: { replicas: 1, partitions: evenPartitions(6, 10, { lag: 60, lagSeconds: 90 }) },
    message: 'lag is over the objective of 60 s; 1 replica can catch up',
  },
  {
    it: 'that a lag is just not over the objective',
    situation: { replicas: 1, partitions: evenPartitions(6, 10, { lag: 60, lagSeconds: 60 }) },
    message: 'lag is within the objective of 60 s',
  },
  {
    it: 'that nothing more is known of a lag that is not known',
    situation: { replicas: 3, group: { known: false, problem: undefined } },
    message: 'the lag is not known',
  },
  {
    it: 'how long fewer replicas must do',
    situation: waits,
    message: 'fewer replicas would do; the size shrinks once that held for 120 s',
  },
  {
    it: 'that it takes twice as long after three turns in an hour',
    situation: { ...waits, state: { ...waits.state, moves: turns(3_599_999) } },
    message: 'fewer replicas would do; the size shrinks once that held for 240 s',
  },
  {
    it: 'that older turns do not count',
    situation: { ...waits, state: { ...waits.state, moves: turns(3_600_000) } },
    message: 'fewer replicas would do; the size shrinks once that held for 120 s',
  },
  {
    it: 'that steps in one direction are no turns',
    situation: {
      ...waits,
      state: { ...waits.state, moves: turns(500_000).map((move) => ({ ...move, direction: 'up' })) },
    },
    message: 'fewer replicas would do; the size shrinks once that held for 120 s',
  },
])('a message says $it', ({ situation, message }) => {
  expect(decideIn(situation).decision.message).toBe(message);
});
