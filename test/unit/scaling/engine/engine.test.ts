import { expect, test } from 'vitest';
import type { ScalingSpec } from '../../../../src/scaling/facts.ts';
import { shortestTurn } from './invariants.ts';
import { type Outcome, simulate, type World } from './simulation.ts';

const cost: ScalingSpec = { mode: 'Auto', minReplicas: 1, maxLagSeconds: 30, policy: 'Cost' };

/** 24 partitions, replicas that process 200 records per second, and half an hour. */
function worldOf(changes: Partial<World>): World {
  return {
    seconds: 1_800,
    partitions: 24,
    arrival: () => 400,
    noise: 0.1,
    seed: 7,
    memberRate: 200,
    podStartSeconds: 20,
    rebalanceSeconds: 5,
    commitSeconds: 5,
    replicas: 3,
    spec: cost,
    ...changes,
  };
}

const step = (second: number) => (second >= 600 && second < 1_200 ? 3_200 : 400);
const seventeen = (second: number) => (second >= 600 && second < 1_200 ? 2_400 : 300);
const flood = (second: number) => (second >= 600 && second < 630 ? 20_000 : 0);
const swell = (second: number) => 1_800 - 1_400 * Math.cos((2 * Math.PI * second) / 1_200);

/** The most of each that a trace may cost, and the size at its end. */
interface Bars {
  lateShare: number;
  actions: number;
  replicaSeconds: number;
  atEnd: number;
}

test.each<{ it: string; world: Partial<World>; bars: Bars }>([
  {
    it: 'a load that grows eightfold and falls again',
    world: { arrival: step },
    bars: { lateShare: 0.01, actions: 7, replicaSeconds: 25_000, atEnd: 3 },
  },
  {
    it: 'the same, when the user says what a replica can do',
    world: { arrival: step, spec: { ...cost, ratePerReplica: 200 } },
    bars: { lateShare: 0.005, actions: 3, replicaSeconds: 22_500, atEnd: 3 },
  },
  {
    it: 'the same under the policy Balanced',
    world: { arrival: step, spec: { ...cost, policy: 'Balanced' } },
    bars: { lateShare: 0.11, actions: 4, replicaSeconds: 26_000, atEnd: 3 },
  },
  {
    it: 'a step on a prime number of partitions',
    world: { partitions: 17, arrival: seventeen },
    bars: { lateShare: 0.005, actions: 6, replicaSeconds: 17_000, atEnd: 3 },
  },
  {
    it: 'a flood of 600,000 records in half a minute, then nothing',
    world: { arrival: flood, replicas: 1 },
    bars: { lateShare: 1, actions: 5, replicaSeconds: 7_500, atEnd: 1 },
  },
  {
    it: 'a load that swells and falls every twenty minutes',
    world: { arrival: swell },
    bars: { lateShare: 0.02, actions: 15, replicaSeconds: 32_000, atEnd: 24 },
  },
  {
    it: 'one partition that stands still from minute ten on',
    world: { arrival: () => 1_000, replicas: 8, stuck: [{ partition: 3, from: 601, to: 1_800 }] },
    bars: { lateShare: 0.005, actions: 4, replicaSeconds: 15_000, atEnd: 8 },
  },
  {
    it: 'far too many replicas for a small load',
    world: { partitions: 8, arrival: () => 50, memberRate: 20, replicas: 8 },
    bars: { lateShare: 0.005, actions: 4, replicaSeconds: 8_300, atEnd: 4 },
  },
  {
    it: 'brokers that do not answer for minutes, before and after the load falls',
    world: {
      arrival: step,
      blind: [
        { from: 651, to: 700 },
        { from: 1_251, to: 1_500 },
      ],
    },
    bars: { lateShare: 0.01, actions: 8, replicaSeconds: 32_000, atEnd: 3 },
  },
  {
    it: 'an operator that starts anew in the middle of the load',
    world: { arrival: step, restarts: [700, 1_000], spec: { ...cost, policy: 'Balanced' } },
    bars: { lateShare: 0.11, actions: 4, replicaSeconds: 27_000, atEnd: 5 },
  },
])('$it: lag, moves and cost stay inside their bars', ({ world, bars }) => {
  const outcome = simulate(worldOf(world));
  const { lateShare, replicaSeconds, actions } = outcome;
  const figures = { lateShare, replicaSeconds, actions: actions.length };
  expect(figures.lateShare).toBeLessThanOrEqual(bars.lateShare);
  expect(figures.actions).toBeLessThanOrEqual(bars.actions);
  expect(figures.replicaSeconds).toBeLessThanOrEqual(bars.replicaSeconds);
  expect(outcome.replicas.at(-1)).toBe(bars.atEnd);
});

test('a limit behind the group stops the growth instead of driving it to the maximum', () => {
  const arrival = (second: number) => (second < 600 ? 800 : 1_600);
  const { replicas } = simulate(worldOf({ arrival, downstreamLimit: 1_000, replicas: 6, seconds: 1_200 }));
  expect(Math.max(...replicas)).toBeLessThanOrEqual(12);
});

/** Calm, a minute of 60 records per second for members that process 20, then calm again, then nothing. */
const burst = { from: 60, to: 120, end: 400 };
const shop = (changes: Partial<World>) =>
  worldOf({
    seconds: 600,
    partitions: 6,
    memberRate: 20,
    replicas: 1,
    spec: { ...cost, maxLagSeconds: 10, maxReplicas: 4 },
    arrival: (second) => (second >= burst.from && second < burst.to ? 60 : second < burst.end ? 5 : 0),
    ...changes,
  });

test.each<{ it: string; world: Partial<World>; calmBy: number }>([
  { it: 'quick pods', world: { podStartSeconds: 2, rebalanceSeconds: 2, commitSeconds: 1 }, calmBy: 150 },
  { it: 'slow commits', world: { podStartSeconds: 3, rebalanceSeconds: 3, commitSeconds: 5 }, calmBy: 155 },
  { it: 'slow pods', world: { podStartSeconds: 20, rebalanceSeconds: 5, commitSeconds: 5 }, calmBy: 190 },
  {
    it: 'more at calm times',
    world: { podStartSeconds: 3, arrival: (second) => (second >= 60 && second < 120 ? 60 : 12) },
    calmBy: 190,
  },
  {
    it: 'a known rate',
    world: { podStartSeconds: 3, spec: { ...cost, maxLagSeconds: 10, maxReplicas: 4, ratePerReplica: 20 } },
    calmBy: 135,
  },
])('a burst is met while it lasts, worked off, and paid for no longer than needed: $it', ({ world, calmBy }) => {
  const outcome = simulate(shop(world));
  const { actions, replicas, ages } = outcome;
  const growths = actions.filter(({ decision }) => decision.to > decision.from);
  const shrinks = actions.filter(({ decision }) => decision.to < decision.from);
  expect(growths.every(({ second }) => second > burst.from && second < burst.to)).toBe(true);
  expect(growths.length).toBeGreaterThan(0);
  expect(Math.max(...replicas)).toBe(3);
  expect(Math.max(...ages.slice(calmBy))).toBeLessThanOrEqual(10);
  expect(shrinks[0]?.second).toBeLessThanOrEqual(burst.to + 160);
  expect(replicas.at(-1)).toBe(1);
  expect(actions.length).toBeLessThanOrEqual(4);
});

test.each<{ it: string; world: Partial<World> }>([
  { it: 'a load that swells and falls', world: { arrival: swell } },
  { it: 'spikes of a minute', world: { arrival: (second) => (second % 600 < 60 ? 3_000 : 300) } },
  { it: 'strong noise', world: { arrival: () => 1_000, noise: 0.5 } },
  {
    it: 'noise at the edge of a size',
    world: { arrival: () => 640, noise: 0.3, spec: { ...cost, ratePerReplica: 200 } },
  },
])('no growth is taken back before the window has passed: $it', ({ world }) => {
  expect(shortestTurn(simulate(worldOf(world)), 'down')).toBeGreaterThanOrEqual(120);
});

test('an idle group is left alone', () => {
  const { actions, polls }: Outcome = simulate(worldOf({ arrival: () => 0, replicas: 1, seconds: 600 }));
  expect(actions).toEqual([]);
  const messages = polls.filter(({ second }) => second > 30).map(({ decision }) => decision.message);
  expect(new Set(messages).size).toBe(1);
});
