import { expect, test } from 'vitest';
import { type Capacity, learnCapacity, noteOverload, unknownCapacity } from '../../../src/scaling/capacity.ts';
import type { GroupFacts, PartitionFacts } from '../../../src/scaling/facts.ts';
import { loadsOf } from '../../../src/scaling/rates.ts';
import { evenPartitions, groupOf, nowMs, partitionOf } from './samples.ts';

function learn(capacity: Capacity, members: number, partitions: PartitionFacts[], changes: Partial<GroupFacts> = {}) {
  const group = groupOf(members, partitions, changes);
  return learnCapacity(capacity, group, loadsOf(group) ?? []);
}

const busy = { lag: 1_000, lagSeconds: 30, commitRate: 50 };

test.each<{ it: string; partitions: PartitionFacts[]; group?: Partial<GroupFacts>; learned: Partial<Capacity> }>([
  {
    it: 'members that always had work show what they can do',
    partitions: evenPartitions(4, 500, busy),
    learned: { rate: 100, measured: true, overloaded: true },
  },
  {
    it: 'members with records from before the window of their rates always had work',
    partitions: evenPartitions(4, 500, { ...busy, lagSeconds: 20 }),
    learned: { rate: 100, measured: true },
  },
  {
    it: 'members with younger ones may have waited',
    partitions: evenPartitions(4, 500, { ...busy, lagSeconds: 19.9 }),
    learned: { rate: 30, measured: false },
  },
  {
    it: 'members with records of unknown age may have waited',
    partitions: evenPartitions(4, 500, { ...busy, lagSeconds: undefined }),
    learned: { rate: 30, measured: false },
  },
  {
    it: 'one partition with work is enough for a member to have some',
    partitions: evenPartitions(4, 500, busy).map((one, at) => (at < 2 ? one : { ...one, lag: 0, lagSeconds: 0 })),
    learned: { rate: 100, measured: true },
  },
  {
    it: 'members that have work and do none show nothing',
    partitions: evenPartitions(4, 500, { ...busy, commitRate: 0 }),
    learned: unknownCapacity,
  },
  {
    it: 'members that could wait for work show the least that they can do',
    partitions: evenPartitions(4, 40, { lag: 3, lagSeconds: 2 }),
    learned: { rate: 0.3 * 20, measured: false },
  },
  {
    it: 'a member with a partition that stands still shows nothing',
    partitions: [partitionOf(0, { ...busy, idleMs: 20_000, commitRate: 0 }), ...evenPartitions(4, 500, busy).slice(1)],
    learned: { rate: 100, measured: true },
  },
  {
    it: 'a group that was just shared out anew shows nothing',
    partitions: evenPartitions(4, 500, busy),
    group: { steadySinceMs: nowMs - 15_000 },
    learned: unknownCapacity,
  },
  {
    it: 'a group that is rebalancing shows nothing',
    partitions: evenPartitions(4, 500, busy),
    group: { steadySinceMs: undefined },
    learned: unknownCapacity,
  },
])('$it', ({ partitions, group, learned }) => {
  expect(learn(unknownCapacity, 2, partitions, group)).toMatchObject(learned);
});

test('the median of the busy members counts, so that one slow pod does not', () => {
  const rates = [10, 100, 50, 70, 20];
  const partitions = rates.map((commitRate, at) => partitionOf(at, { ...busy, arrival: 100, commitRate }));
  expect(learn(unknownCapacity, 5, partitions).rate).toBe(50);
});

test('later measurements move the rate by and by', () => {
  const before = { rate: 100, measured: true, overloaded: true };
  expect(learn(before, 2, evenPartitions(4, 500, { ...busy, commitRate: 100 })).rate).toBeCloseTo(130);
});

test('less work than members can do does not make them slower', () => {
  const before = { rate: 100, measured: true, overloaded: true };
  expect(learn(before, 2, evenPartitions(4, 10))).toEqual(before);
});

test.each<{ it: string; committed: number; after: Capacity }>([
  {
    it: 'get through nearly all of it, that is what they can do',
    committed: 180,
    after: { rate: 90, measured: true, overloaded: true },
  },
  {
    it: 'get through just so much of it, that is what they can do, too',
    committed: 170,
    after: { rate: 85, measured: true, overloaded: true },
  },
  {
    it: 'get through far less, their share is the most they can do',
    committed: 60,
    after: { rate: 100, measured: false, overloaded: true },
  },
  {
    it: 'get nothing done, that says nothing of what they can do',
    committed: 0,
    after: { rate: 100, measured: false, overloaded: true },
  },
])('when a group is too small and its members $it', ({ committed, after }) => {
  const group = groupOf(2, evenPartitions(2, 200, { commitRate: committed / 2 }));
  const known = { rate: 140, measured: false, overloaded: false };
  expect(noteOverload(known, group, loadsOf(group) ?? [])).toEqual(after);
});
