import { expect, test } from 'vitest';
import { type Case, decideIn, evenPartitions, nowMs } from './samples.ts';

test.each<Case>([
  {
    it: 'shrinks once fewer have been enough for the window',
    replicas: 6,
    state: { window: [{ atMs: nowMs - 119_000, replicas: 2 }] },
    decision: { kind: 'scale', to: 1, reason: 'WithinObjective' },
  },
  {
    it: 'goes by what was needed lately, in one step',
    replicas: 6,
    state: {
      window: [
        { atMs: nowMs - 110_000, replicas: 3 },
        { atMs: nowMs - 60_000, replicas: 2 },
      ],
    },
    decision: { kind: 'scale', to: 2 },
  },
  {
    it: 'waits for the window to pass',
    replicas: 6,
    state: { window: [{ atMs: nowMs - 115_000, replicas: 6 }] },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'waits longer under the policy Balanced',
    spec: { policy: 'Balanced' },
    replicas: 6,
    state: { window: [{ atMs: nowMs - 200_000, replicas: 6 }] },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'waits longest under the policy Stable',
    spec: { policy: 'Stable' },
    replicas: 6,
    state: { window: [{ atMs: nowMs - 800_000, replicas: 6 }] },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'waits twice as long when the size goes up and down',
    replicas: 6,
    state: {
      window: [{ atMs: nowMs - 200_000, replicas: 6 }],
      moves: (['up', 'down', 'up', 'down'] as const).map((direction) => ({ atMs: nowMs - 900_000, direction })),
    },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'waits no longer than a quarter of an hour, however restless the size and patient the policy',
    spec: { policy: 'Stable' },
    replicas: 6,
    state: {
      window: [{ atMs: nowMs - 800_000, replicas: 6 }],
      moves: (['up', 'down', 'up', 'down'] as const).map((direction) => ({ atMs: nowMs - 1_000_000, direction })),
    },
    decision: { reason: 'Stabilizing', message: expect.stringContaining('once that held for 900 s') },
  },
  {
    it: 'keeps the minimum',
    spec: { minReplicas: 3 },
    replicas: 6,
    partitions: evenPartitions(6, 0),
    decision: { kind: 'scale', to: 3 },
  },
  {
    it: 'does not shrink while it works off a backlog',
    replicas: 6,
    partitions: evenPartitions(6, 50, { lag: 400, lagSeconds: 40 }),
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'does not shrink while the group settles',
    replicas: 6,
    group: { steadySinceMs: nowMs - 5_000 },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'does not shrink to fewer pods than are ready',
    replicas: 6,
    facts: { ready: 0 },
    decision: { kind: 'hold', reason: 'Stabilizing' },
  },
  {
    it: 'leaves some room when it shrinks',
    replicas: 3,
    partitions: evenPartitions(6, 150),
    decision: { kind: 'hold', reason: 'WithinObjective' },
  },
  {
    it: 'shrinks by what members were seen to do',
    spec: { ratePerReplica: undefined, policy: 'Balanced' },
    replicas: 6,
    state: { capacity: { rate: 100, measured: false, overloaded: false } },
    decision: { kind: 'scale', to: 1 },
  },
  {
    it: 'does not shrink by what was never seen',
    spec: { ratePerReplica: undefined, policy: 'Balanced' },
    replicas: 6,
    partitions: evenPartitions(6, 50, { commitRate: undefined }),
    decision: { kind: 'hold', reason: 'WithinObjective' },
  },
  {
    it: 'shrinks to the minimum where nothing arrives',
    spec: { ratePerReplica: undefined, policy: 'Balanced' },
    replicas: 6,
    partitions: evenPartitions(6, 0),
    decision: { kind: 'scale', to: 1 },
  },
  {
    it: 'does not shrink beyond that',
    spec: { ratePerReplica: undefined, policy: 'Balanced' },
    replicas: 6,
    decision: { kind: 'hold', reason: 'WithinObjective' },
  },
  {
    it: 'tries one size fewer under the policy Cost',
    spec: { ratePerReplica: undefined },
    replicas: 6,
    decision: { kind: 'scale', to: 3 },
  },
  {
    it: 'does not try again after it was too small once',
    spec: { ratePerReplica: undefined },
    replicas: 6,
    state: { capacity: { rate: 9, measured: false, overloaded: true } },
    decision: { kind: 'hold', reason: 'WithinObjective' },
  },
])('$it', ({ decision, ...situation }) => {
  expect(decideIn(situation).decision).toMatchObject(decision);
});
