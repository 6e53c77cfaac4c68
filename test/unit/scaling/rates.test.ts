import { expect, test } from 'vitest';
import type { GroupFacts, PartitionFacts } from '../../../src/scaling/facts.ts';
import { demandOf, loadsOf, makesProgress, movingLagSeconds, type PartitionLoad } from '../../../src/scaling/rates.ts';
import { groupOf, partitionOf } from './samples.ts';

const loadsFor = (partitions: readonly PartitionFacts[], changes: Partial<GroupFacts> = {}) =>
  loadsOf(groupOf(1, partitions, changes));

test.each<{ it: string; partition: Partial<PartitionFacts>; load: Partial<PartitionLoad> }>([
  {
    it: 'a rate that rises counts at once',
    partition: { arrivalRate: { short: 9, long: 2 } },
    load: { arrival: 9, arrivalNow: 9 },
  },
  {
    it: 'a rate that falls counts slowly',
    partition: { arrivalRate: { short: 2, long: 9 } },
    load: { arrival: 9, arrivalNow: 2 },
  },
  {
    it: 'what arrives within a commit interval is no backlog',
    partition: { arrivalRate: { short: 10, long: 10 }, lag: 50 },
    load: { backlog: 0 },
  },
  {
    it: 'what waits beyond that is',
    partition: { arrivalRate: { short: 10, long: 10 }, lag: 80 },
    load: { backlog: 30 },
  },
  {
    it: 'a rate of commits that is not known yet is none',
    partition: { commitRate: undefined },
    load: { commitRate: 0 },
  },
])('$it', ({ partition, load }) => {
  expect(loadsFor([partitionOf(0, partition)])).toMatchObject([load]);
});

test.each<{ it: string; partition: Partial<PartitionFacts> }>([
  { it: 'an unknown lag', partition: { lag: undefined } },
  { it: 'an unknown rate', partition: { arrivalRate: undefined } },
])('$it of one partition makes the load unknown', ({ partition }) => {
  expect(loadsFor([partitionOf(0), partitionOf(1, partition)])).toBeUndefined();
});

const going = partitionOf(1, { arrival: 10 });

test.each<{ it: string; idleMs: number; group?: Partial<GroupFacts>; progress: string }>([
  { it: 'moves while it may still commit', idleMs: 5_000, progress: 'moving' },
  { it: 'is suspect when it missed two commits', idleMs: 10_000, progress: 'suspect' },
  {
    it: 'moves when the group commits seldom',
    idleMs: 10_000,
    group: { commitIntervalMs: 20_000 },
    progress: 'moving',
  },
  { it: 'is stuck after a minute', idleMs: 60_000, progress: 'stuck' },
  {
    it: 'is only suspect until it missed four commits',
    idleMs: 60_000,
    group: { commitIntervalMs: 20_000 },
    progress: 'suspect',
  },
  { it: 'is stuck when it did', idleMs: 80_000, group: { commitIntervalMs: 20_000 }, progress: 'stuck' },
])('a partition that stands still next to one that goes on $it', ({ idleMs, group, progress }) => {
  const standing = partitionOf(0, { lag: 30, idleMs, commitRate: 0 });
  expect(loadsFor([standing, going], group)?.[0]?.progress).toBe(progress);
});

test('one that goes on slowly goes on', () => {
  const slow = partitionOf(1, { lag: 30, commitRate: 0.5 });
  const standing = partitionOf(0, { lag: 30, idleMs: 15_000, commitRate: 0 });
  expect(loadsFor([standing, slow])?.[0]?.progress).toBe('suspect');
});

test('those that only just stand still count among those that do', () => {
  const standing = [2, 3].map((at) => partitionOf(at, { lag: 30, idleMs: 10_000, commitRate: 0 }));
  expect(loadsFor([going, ...standing])?.map(({ progress }) => progress)).toEqual(Array(3).fill('moving'));
});

test('where most stand still, the group commits in large steps and nothing is suspect', () => {
  const standing = [2, 3, 4].map((at) => partitionOf(at, { lag: 30, idleMs: 15_000, commitRate: 0 }));
  expect(loadsFor([going, ...standing])?.map(({ progress }) => progress)).toEqual(Array(4).fill('moving'));
});

test.each([
  { it: 'is at work for long, where nobody else is to compare with', idleMs: 1_799_999, progress: 'moving' },
  { it: 'is stuck once no client could work on one record for so long', idleMs: 1_800_000, progress: 'stuck' },
])('at night a partition that stands still $it', ({ idleMs, progress }) => {
  const standing = [0, 1].map((at) => partitionOf(at, { lag: 3, lagSeconds: 90_000, idleMs, commitRate: 0 }));
  const quiet = [2, 3, 4, 5].map((at) => partitionOf(at, { commitRate: 0 }));
  const seen = loadsFor([...standing, ...quiet])?.map((load) => load.progress);
  expect(seen).toEqual([progress, progress, ...quiet.map(() => 'moving')]);
});

test.each<{ it: string; progress: PartitionLoad['progress']; demand: number }>([
  { it: 'arrivals with room to spare and the backlog in time', progress: 'moving', demand: 100 + 5 },
  { it: 'no more than its arrivals when it is suspect', progress: 'suspect', demand: 100 },
  { it: 'nothing when it is stuck', progress: 'stuck', demand: 0 },
])('a partition demands $it', ({ progress, demand }) => {
  const [load] = loadsFor([partitionOf(0, { arrival: 80, lag: 1_000 })]) ?? [];
  expect(load && demandOf({ ...load, progress }, load.arrival, 120)).toBe(demand);
});

test.each<{ it: string; idleMs: readonly number[]; progress: boolean; others?: readonly PartitionFacts[] }>([
  { it: 'makes progress when nothing waits', idleMs: [], progress: true },
  { it: 'makes progress as long as one partition does', idleMs: [90_000, 5_000], progress: true },
  { it: 'makes none when all have stood still for long', idleMs: [90_000, 60_000], progress: false },
  { it: 'makes none by partitions where nothing waits', idleMs: [90_000], progress: false, others: [partitionOf(7)] },
  {
    it: 'makes none by partitions of which nothing is known',
    idleMs: [90_000],
    progress: false,
    others: [partitionOf(7, { lag: undefined })],
  },
])('a group $it', ({ idleMs, progress, others = [] }) => {
  const partitions = idleMs.map((idle, at) => partitionOf(at, { lag: 1, idleMs: idle }));
  expect(makesProgress(groupOf(1, [...partitions, ...others]))).toBe(progress);
});

test('the age of the lag is that of the partitions that are processed', () => {
  const stuck = partitionOf(0, { lag: 5, lagSeconds: 900, idleMs: 900_000, commitRate: 0 });
  const loads = loadsFor([stuck, { ...going, lag: 40, lagSeconds: 4 }]);
  expect(loads && movingLagSeconds(loads)).toBe(4);
});

test('it is unknown when one of them is', () => {
  const loads = loadsFor([partitionOf(0, { arrival: 1, lag: 5, lagSeconds: undefined }), going]);
  expect(loads && movingLagSeconds(loads)).toBeUndefined();
});
