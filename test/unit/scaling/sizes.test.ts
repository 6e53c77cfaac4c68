import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GroupShape, mostUseful, usefulSizes } from '../../../src/scaling/sizes.ts';

const shapeOf = (changes: Partial<GroupShape>): GroupShape => {
  return { partitionsByTopic: [6], dealing: 'inTurn', membersPerReplica: 1, ...changes };
};

test.each<{ it: string; shape: Partial<GroupShape>; min?: number; max?: number; sizes: readonly number[] }>([
  {
    it: 'a prime number of partitions has sizes too',
    shape: { partitionsByTopic: [17] },
    sizes: [1, 2, 3, 4, 5, 6, 9, 17],
  },
  { it: 'a size that shares out no better is left out', shape: {}, sizes: [1, 2, 3, 6] },
  { it: 'the largest size is the last useful one within the maximum', shape: {}, max: 4, sizes: [1, 2, 3] },
  { it: 'the minimum is a size, useful or not', shape: {}, min: 4, sizes: [4, 6] },
  { it: 'the minimum may be more than the partitions', shape: {}, min: 9, sizes: [9] },
  { it: 'more replicas than partitions are never useful', shape: { partitionsByTopic: [2] }, max: 50, sizes: [1, 2] },
  { it: 'round robin shares out all topics together', shape: { partitionsByTopic: [3, 3] }, sizes: [1, 2, 3, 6] },
  {
    it: 'range shares out each topic on its own',
    shape: { partitionsByTopic: [3, 3], dealing: 'byTopic' },
    sizes: [1, 2, 3],
  },
  { it: 'replicas with three members each share out sooner', shape: { membersPerReplica: 3 }, sizes: [1, 2] },
  {
    it: 'a size that shares out no better is left out with three members each, too',
    shape: { partitionsByTopic: [12], membersPerReplica: 3 },
    sizes: [1, 2, 4],
  },
])('$it', ({ shape, min = 1, max = 1000, sizes }) => {
  expect(usefulSizes(shapeOf(shape), { min, max })).toEqual(sizes);
});

test.each<{ it: string; shape: Partial<GroupShape>; most: number }>([
  { it: 'one for each partition of all topics, dealt in turn', shape: { partitionsByTopic: [3, 5] }, most: 8 },
  {
    it: 'one for each partition of the largest topic, dealt by topic',
    shape: { partitionsByTopic: [3, 5], dealing: 'byTopic' },
    most: 5,
  },
  {
    it: 'enough for a member each, in whole replicas',
    shape: { partitionsByTopic: [7], membersPerReplica: 3 },
    most: 3,
  },
  { it: 'one where there is nothing to read', shape: { partitionsByTopic: [] }, most: 1 },
  {
    it: 'one where there is nothing to read by topic',
    shape: { partitionsByTopic: [], dealing: 'byTopic' },
    most: 1,
  },
])('the most that is useful is $it', ({ shape, most }) => {
  expect(mostUseful(shapeOf(shape))).toBe(most);
});

test('64 partitions have 15 useful sizes, not only the 7 divisors', () => {
  expect(usefulSizes(shapeOf({ partitionsByTopic: [64] }), { min: 1, max: 64 })).toHaveLength(15);
});

test('sizes are ascending, inside the limits, and reach the most that is useful', () => {
  const limits = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 100 }));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 4 }),
      limits,
      (count, members, [min, more]) => {
        const shape = shapeOf({ partitionsByTopic: [count], membersPerReplica: members });
        const sizes = usefulSizes(shape, { min, max: min + more });
        expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
        expect(sizes[0]).toBe(min);
        expect(sizes.at(-1)).toBeLessThanOrEqual(Math.max(min, Math.min(min + more, mostUseful(shape))));
      },
    ),
  );
});
