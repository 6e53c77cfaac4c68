import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PlacementQuestion,
  placeReplicas,
  settledReplicas,
} from '../../../../../src/controllers/event-topic/reassignment/placement.ts';
import type { PartitionReplicas } from '../../../../../src/ports/kafka-replicas.ts';
import { brokersOf, partitionOf } from './samples.ts';

interface Row {
  it: string;
  partitions: readonly PartitionReplicas[];
  racks: Readonly<Record<number, string | undefined>>;
  wanted: number;
  targets: Readonly<Record<number, readonly number[]>>;
}

const noRacks = { 1: undefined, 2: undefined, 3: undefined };
const rows: Row[] = [
  {
    it: 'leaves a partition alone that has as many as it should',
    partitions: [partitionOf(0, [1, 2])],
    racks: noRacks,
    wanted: 2,
    targets: {},
  },
  {
    it: 'keeps what is there, in its order, and adds behind it',
    partitions: [partitionOf(0, [3, 1])],
    racks: noRacks,
    wanted: 3,
    targets: { 0: [3, 1, 2] },
  },
  {
    it: 'adds in a rack that has no replica yet',
    partitions: [partitionOf(0, [1])],
    racks: { 1: 'a', 2: 'a', 3: 'b' },
    wanted: 2,
    targets: { 0: [1, 3] },
  },
  {
    it: 'does not count racks while one is unknown, and balances over the brokers',
    partitions: [partitionOf(0, [1]), partitionOf(1, [3, 1])],
    racks: { 1: 'a', 2: undefined, 3: 'b' },
    wanted: 2,
    targets: { 0: [1, 2] },
  },
  {
    it: 'keeps the leader when it shrinks, even where that is the last in the list',
    partitions: [partitionOf(0, [1, 2, 3], { leader: 3 })],
    racks: noRacks,
    wanted: 1,
    targets: { 0: [3] },
  },
  {
    it: 'gives up first what is not in sync',
    partitions: [partitionOf(0, [1, 2, 3], { inSync: [1, 3] })],
    racks: noRacks,
    wanted: 2,
    targets: { 0: [1, 3] },
  },
  {
    it: 'gives up one of two in the same rack',
    partitions: [partitionOf(0, [1, 2, 3])],
    racks: { 1: 'a', 2: 'b', 3: 'a' },
    wanted: 2,
    targets: { 0: [1, 2] },
  },
  {
    it: 'gives up the one on the broker that has most of the topic',
    partitions: [partitionOf(0, [1, 2, 3]), partitionOf(1, [2])],
    racks: noRacks,
    wanted: 1,
    targets: { 0: [1] },
  },
  {
    it: 'counts from where a reassignment under way is going',
    partitions: [partitionOf(0, [1, 2, 3], { removing: [3] })],
    racks: noRacks,
    wanted: 2,
    targets: {},
  },
  {
    it: 'adds what there is where brokers are too few',
    partitions: [partitionOf(0, [1])],
    racks: { 1: undefined, 2: undefined },
    wanted: 3,
    targets: { 0: [1, 2] },
  },
];

describe('the placement of replicas', () => {
  it.each(rows)('$it', ({ partitions, racks, wanted, targets }) => {
    const placed = placeReplicas({ topic: 'orders', partitions, brokers: brokersOf(racks), wanted });
    expect(Object.fromEntries(placed)).toEqual(targets);
  });

  it('begins at another broker for another topic', () => {
    const brokers = brokersOf(Object.fromEntries(Array.from({ length: 9 }, (_, id) => [id, undefined])));
    const second = (topic: string) =>
      placeReplicas({ topic, partitions: [partitionOf(0, [100])], brokers, wanted: 2 }).get(0)?.[1];
    const chosen = new Set(Array.from({ length: 60 }, (_, index) => second(`topic-${index}`)));
    expect(chosen.size).toBe(9);
  });
});

/** Any topic on up to 9 brokers in up to 4 racks, some of whose replicas are on brokers that are away or out of sync. */
const questions: fc.Arbitrary<PlacementQuestion> = fc
  .record({
    racks: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 9 }),
    known: fc.boolean(),
    away: fc.nat({ max: 2 }),
    wanted: fc.integer({ min: 1, max: 9 }),
    partitions: fc.array(fc.array(fc.nat(1_000), { minLength: 11, maxLength: 11 }), { minLength: 1, maxLength: 12 }),
    counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 12, maxLength: 12 }),
  })
  .map(({ racks, known, away, wanted, partitions, counts }) => {
    const all = racks.length + away;
    return {
      topic: 'orders',
      wanted: Math.min(wanted, racks.length),
      brokers: brokersOf(Object.fromEntries(racks.map((rack, id) => [id, known ? rack : undefined]))),
      partitions: partitions.map((draws, index) => {
        const shuffled = Array.from({ length: all }, (_, id) => id).toSorted(
          (a, b) => (draws[a] ?? 0) - (draws[b] ?? 0) || a - b,
        );
        const replicas = shuffled.slice(0, counts[index]);
        const up = replicas.filter((id) => id < racks.length);
        const inSync = up.filter((id) => (draws[id] ?? 0) % 3 > 0);
        return partitionOf(index, replicas, { leader: inSync[0], inSync });
      }),
    };
  });

/** Calls `check` for every partition that gets other replicas. */
function forChanged(
  check: (one: { before: readonly number[]; after: readonly number[]; partition: PartitionReplicas }) => void,
  only: (question: PlacementQuestion) => boolean = () => true,
): (question: PlacementQuestion) => void {
  return (question) => {
    fc.pre(only(question));
    for (const [number, after] of placeReplicas(question)) {
      const partition = question.partitions[number];
      if (partition) check({ before: settledReplicas(partition), after, partition });
    }
  };
}

describe('any placement', () => {
  const holds = (property: (question: PlacementQuestion) => void) => fc.assert(fc.property(questions, property));

  it('gives every partition the wanted number of replicas, each on another broker', () => {
    holds((question) => {
      const targets = placeReplicas(question);
      for (const partition of question.partitions) {
        const replicas = targets.get(partition.partition) ?? settledReplicas(partition);
        // Replicas on brokers that are away cannot be replaced by a broker that has one already.
        const possible = new Set([...settledReplicas(partition), ...question.brokers.map(({ id }) => id)]).size;
        expect(replicas).toHaveLength(Math.min(question.wanted, possible));
        expect(new Set(replicas).size).toBe(replicas.length);
      }
    });
  });

  it('adds live brokers only', () => {
    holds((question) => {
      const live = question.brokers.map(({ id }) => id);
      forChanged(({ before, after }) => {
        expect(live).toEqual(expect.arrayContaining(after.filter((broker) => !before.includes(broker))));
      })(question);
    });
  });

  it('moves nothing: what grows keeps all it has, what shrinks gets nothing new, and the order stays', () => {
    holds(
      forChanged(({ before, after }) => {
        const [longer, shorter] = before.length > after.length ? [before, after] : [after, before];
        expect(longer.filter((broker) => shorter.includes(broker))).toEqual(shorter);
      }),
    );
  });

  it('keeps the leader, and gives up nothing in sync while something is not', () => {
    holds(
      forChanged(({ before, after, partition: { leader, inSync } }) => {
        if (leader !== undefined) expect(after).toContain(leader);
        const lost = before.filter((broker) => !after.includes(broker) && inSync.includes(broker));
        if (lost.length > 0) expect(inSync).toEqual(expect.arrayContaining([...after]));
      }),
    );
  });

  it('spreads what it adds over the racks: no other broker would make two racks more even', () => {
    holds((question) => {
      const rackOf = new Map(question.brokers.map(({ id, rack }) => [id, rack]));
      fc.pre([...rackOf.values()].every((rack) => rack !== undefined));
      forChanged(({ before, after }) => {
        const inRack = (rack: string | undefined) => after.filter((broker) => rackOf.get(broker) === rack).length;
        for (const added of after.filter((broker) => !before.includes(broker))) {
          const unused = question.brokers.filter(({ id }) => !after.includes(id));
          for (const other of unused) expect(inRack(other.rack)).toBeGreaterThanOrEqual(inRack(rackOf.get(added)) - 1);
        }
      })(question);
    });
  });

  it('spreads what it adds over brokers that are alike', () => {
    const empty = fc.record({ brokers: fc.integer({ min: 2, max: 9 }), partitions: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(empty, ({ brokers, partitions }) => {
        const targets = placeReplicas({
          topic: 'orders',
          partitions: Array.from({ length: partitions }, (_, index) => partitionOf(index, [100])),
          brokers: brokersOf(Object.fromEntries(Array.from({ length: brokers }, (_, id) => [id, undefined]))),
          wanted: 2,
        });
        const added = [...targets.values()].map(([, second]) => second);
        const counts = Array.from({ length: brokers }, (_, id) => added.filter((broker) => broker === id).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is the same every time', () => {
    holds((question) => {
      const again = { ...question, brokers: question.brokers.toReversed() };
      expect(placeReplicas(again)).toEqual(placeReplicas(question));
    });
  });
});
