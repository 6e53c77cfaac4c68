import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Dealing,
  dealingOf,
  largestShare,
  type PartitionDemand,
  worstMember,
} from '../../../src/scaling/assign.ts';

const demandsOf = (topics: Record<string, readonly number[]>): PartitionDemand[] =>
  Object.entries(topics).flatMap(([topic, demands]) =>
    demands.map((demand, partition) => ({ topic, partition, demand })),
  );

test.each<{ it: string; topics: Record<string, readonly number[]>; members: number; dealing: Dealing; worst: number }>([
  { it: 'one member gets everything', topics: { a: [1, 2, 3] }, members: 1, dealing: 'inTurn', worst: 6 },
  { it: 'round robin deals every second one', topics: { a: [5, 1, 5, 1] }, members: 2, dealing: 'inTurn', worst: 10 },
  { it: 'range deals neighbours', topics: { a: [5, 1, 5, 1] }, members: 2, dealing: 'byTopic', worst: 6 },
  { it: 'range gives the extra one to the first', topics: { a: [1, 1, 1] }, members: 2, dealing: 'byTopic', worst: 2 },
  {
    it: 'range gives the extra one of each topic to the same member',
    topics: { a: [1, 1, 1], b: [1, 1, 1] },
    members: 2,
    dealing: 'byTopic',
    worst: 4,
  },
  {
    it: 'round robin goes on with the next topic where the last one ended',
    topics: { a: [1, 1, 1], b: [1, 1, 1] },
    members: 2,
    dealing: 'inTurn',
    worst: 3,
  },
  { it: 'members without a partition do nothing', topics: { a: [4, 3] }, members: 5, dealing: 'byTopic', worst: 4 },
])('$it', ({ topics, members, dealing, worst }) => {
  expect(worstMember(demandsOf(topics), members, dealing)).toBe(worst);
});

test('partitions are dealt in the order of their numbers, in whatever order they are given', () => {
  const demands = demandsOf({ a: [5, 1, 5, 1] });
  expect(worstMember(demands.toReversed(), 2, 'byTopic')).toBe(6);
});

test.each([
  { assignor: 'range', dealing: 'byTopic' },
  { assignor: 'RangeAssignor', dealing: 'byTopic' },
  { assignor: 'roundrobin', dealing: 'inTurn' },
  { assignor: 'RoundRobinAssigner', dealing: 'inTurn' },
  { assignor: 'cooperative-sticky', dealing: 'inTurn' },
  { assignor: 'uniform', dealing: 'inTurn' },
  { assignor: '', dealing: 'inTurn' },
])('the assignor "$assignor" deals $dealing', ({ assignor, dealing }) => {
  expect(dealingOf(assignor)).toBe(dealing);
});

test('the largest share is what the busiest member gets when all partitions ask for the same', () => {
  const dealing = fc.constantFrom<Dealing>('byTopic', 'inTurn');
  const topics = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(topics, fc.integer({ min: 1, max: 30 }), dealing, (counts, members, how) => {
      const equal = Object.fromEntries(counts.map((count, at) => [`t${at}`, new Array<number>(count).fill(1)]));
      expect(largestShare(counts, members, how)).toBe(worstMember(demandsOf(equal), members, how));
    }),
  );
});
