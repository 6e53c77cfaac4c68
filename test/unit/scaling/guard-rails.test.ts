import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideReplicas } from '../../../src/scaling/decide.ts';
import type { PartitionFacts } from '../../../src/scaling/facts.ts';
import { decideIn, evenPartitions, factsOf, groupOf, nowMs, type Situation, specOf, watchedState } from './samples.ts';

const memberRate = 100;

const size = fc.record({
  replicas: fc.integer({ min: 4, max: 12 }),
  more: fc.integer({ min: 0, max: 12 }),
  part: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
  policy: fc.constantFrom('Cost', 'Balanced', 'Stable'),
  maxLagSeconds: fc.constantFrom(15, 30, 60, 300, 600),
  minReplicas: fc.integer({ min: 1, max: 2 }),
  maxReplicas: fc.option(fc.integer({ min: 12, max: 20 }), { nil: undefined }),
});
type Size = typeof size extends fc.Arbitrary<infer T> ? T : never;

/** A group of far too many members for what arrives. */
function calmOf({ replicas, more, part, ...spec }: Size) {
  const count = replicas + more;
  const arrival = part * replicas * memberRate;
  const partitions = evenPartitions(count, arrival);
  return { spec: { ...spec, ratePerReplica: memberRate }, replicas, partitions };
}

/** More waits, and has waited for longer, than the members of today can work off; half of the partitions have no own one. */
function breachedOf({ replicas, more: _more, part: _part, ...spec }: Size) {
  const count = 2 * replicas;
  const arrival = memberRate;
  const lagSeconds = 2 * spec.maxLagSeconds;
  const waiting = { arrivalRate: { short: arrival, long: arrival }, lag: lagSeconds * arrival, lagSeconds };
  return {
    spec: { ...spec, maxReplicas: undefined, ratePerReplica: memberRate },
    replicas,
    partitions: evenPartitions(count, 0, waiting),
  };
}

const withFirst = ({ partitions, ...situation }: Situation, changes: Partial<PartitionFacts>): Situation => ({
  ...situation,
  partitions: partitions?.map((own, at) => (at === 0 ? { ...own, ...changes } : own)) ?? [],
});

const withAll = ({ partitions, ...situation }: Situation, changes: Partial<PartitionFacts>): Situation => ({
  ...situation,
  partitions: partitions?.map((own) => ({ ...own, ...changes })) ?? [],
});

const late = ({ spec }: Situation) => 1 + (spec?.maxLagSeconds ?? 0);
const isShrink = (situation: Situation) => {
  const { kind, from, to } = decideIn(situation).decision;
  return kind === 'scale' && to < from;
};

test('a group that is far too large shrinks: else the next ones would prove nothing', () => {
  fc.assert(fc.property(size, (one) => isShrink(calmOf(one))));
});

test.each<{ it: string; but: (situation: Situation) => Situation }>([
  { it: 'the brokers say nothing', but: (situation) => ({ ...situation, group: { known: false } }) },
  { it: 'the lag of one partition is not known', but: (situation) => withFirst(situation, { lag: undefined }) },
  {
    it: 'nobody knows how long a record has waited',
    but: (situation) => withFirst(situation, { lag: 5, lagSeconds: undefined }),
  },
  {
    it: 'one partition’s arrivals are not known',
    but: (situation) => withFirst(situation, { arrivalRate: undefined }),
  },
  {
    it: 'a record has waited for too long',
    but: (situation) => withFirst(situation, { lag: 5, lagSeconds: late(situation) }),
  },
  {
    it: 'a record has waited for too long that nobody has got on with for some seconds',
    but: (situation) => withFirst(situation, { lag: 5, lagSeconds: late(situation), idleMs: 15_000, commitRate: 0 }),
  },
  {
    it: 'every record takes minutes',
    but: (situation) => withAll(situation, { lag: 5, lagSeconds: late(situation), idleMs: 240_000, commitRate: 0 }),
  },
  {
    it: 'some records take minutes, while nothing waits in other partitions',
    but: ({ partitions, ...situation }) => ({
      ...situation,
      partitions: (partitions ?? []).map((own, at) => {
        const quiet = { ...own, commitRate: 0, arrivalRate: { short: 0, long: 0 } };
        return at < 2 ? { ...quiet, lag: 3, lagSeconds: late(situation), idleMs: 240_000 } : quiet;
      }),
    }),
  },
  { it: 'members change', but: (situation) => ({ ...situation, group: { steadySinceMs: undefined } }) },
  {
    it: 'members have changed just now',
    but: (situation) => ({ ...situation, group: { steadySinceMs: nowMs - 5_000 } }),
  },
  { it: 'a rollout has left no replica ready', but: (situation) => ({ ...situation, facts: { ready: 0 } }) },
  {
    it: 'there was a long gap in what is known',
    but: (situation) => ({ ...situation, state: { known: { firstMs: 0, lastMs: nowMs - 61_000 } } }),
  },
  {
    it: 'the size was changed a minute ago',
    but: (situation) => ({ ...situation, state: { window: [{ atMs: nowMs - 60_000, replicas: situation.replicas }] } }),
  },
])('nothing shrinks while $it', ({ but }) => {
  fc.assert(fc.property(size, (one) => !isShrink(but(calmOf(one)))));
});

test.each(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'])(
  'nothing shrinks or grows in the state %s',
  (state) => {
    const load = fc.double({ min: 0.01, max: 5, noNaN: true });
    fc.assert(
      fc.property(size, load, (one, times) => {
        const situation = calmOf(one);
        const { partitions, replicas } = situation;
        const arrival = times * replicas * memberRate;
        const group = { state, steadySinceMs: undefined };
        const busy = { ...situation, partitions: evenPartitions(partitions.length, arrival), group };
        expect(decideIn(busy).decision.kind).toBe('hold');
      }),
    );
  },
);

test('a group grows that is late and can use more members', () => {
  fc.assert(
    fc.property(size, (one) => {
      const { kind, from, to, reason } = decideIn(breachedOf(one)).decision;
      expect({ kind, reason, grows: to > from }).toEqual({ kind: 'scale', reason: 'LagOverObjective', grows: true });
    }),
  );
});

test('no size is beyond the limits, and the same facts give the same size and change nothing', () => {
  fc.assert(
    fc.property(size, fc.constantFrom(calmOf, breachedOf), (one, situationOf) => {
      const { spec: changes, replicas, partitions } = situationOf(one);
      const [spec, facts] = [specOf(changes), factsOf(replicas, groupOf(replicas, partitions))];
      const state = watchedState(replicas);
      const before = structuredClone({ spec, facts, state });
      const first = decideReplicas(spec, facts, state, nowMs);
      expect({ spec, facts, state }).toEqual(before);
      expect(decideReplicas(spec, facts, state, nowMs)).toEqual(first);
      const most = Math.max(replicas, Math.min(spec.maxReplicas ?? partitions.length, partitions.length));
      expect(first.decision.to).toBeGreaterThanOrEqual(spec.minReplicas);
      expect(first.decision.to).toBeLessThanOrEqual(most);
    }),
  );
});
