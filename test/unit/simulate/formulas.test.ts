import { describe, expect, it } from 'vitest';
import { fixed, usefulSizesOf } from '../../../src/simulate/fixed.ts';
import { flink, flinkRate, flinkSize } from '../../../src/simulate/flink.ts';
import { kpa, kpaSize } from '../../../src/simulate/kpa.ts';
import { simulate } from '../../../src/simulate/run.ts';
import { traceOf } from './traces.ts';

describe('the formula of Flink', () => {
  const load = { arrivalRate: 1_000, lag: 600_000, catchUpSeconds: 600, restartSeconds: 60 };

  it('adds the backlog, the restart and the load with room to spare', () => {
    expect(flinkRate(load, 0.7, { restart: true })).toBe(2_529);
    expect(flinkRate(load, 1, { restart: false })).toBe(2_000);
    expect(flinkSize(5, load, 1_000)).toBe(13);
  });

  it('never falls to less than two fifths at once', () => {
    expect(flinkSize(10, { ...load, arrivalRate: 1, lag: 0 }, 1_000)).toBe(4);
  });
});

describe('the formula of kafka-pod-autoscaler', () => {
  const facts = { arrivalRate: 500, memberRate: 100, lag: 60_000, threshold: 1_000, slaSeconds: 600 };
  it.each([
    { it: 'works off a backlog within its time', facts, is: 6 },
    { it: 'leaves a lag below the threshold alone', facts: { ...facts, lag: 1_000 }, is: 5 },
  ])('$it', ({ facts: given, is }) => {
    expect(kpaSize(given)).toBe(is);
  });
});

/** Three members' worth of load, then nine members', then three again. */
const perSecond = Array.from({ length: 1_800 }, (_, second) => (second >= 600 && second < 1_200 ? 180 : 60));
const step = traceOf({ seconds: 1_800, partitions: 12, replicas: 4, arrivals: { perSecond } }, { rebalanceSeconds: 2 });
const limits = { partitions: 12, min: 1, max: 12 };

describe('on a step', () => {
  it('Flink grows by what its members are seen to do, and shrinks later', () => {
    const { replicas } = simulate(step, flink({ ...limits, catchUpSeconds: 120, restartSeconds: 10 }));
    expect([replicas[590], replicas[900], replicas.at(-1)]).toEqual([4, 12, 6]);
  });

  it('kafka-pod-autoscaler takes one divisor after the other, and rests between', () => {
    const { replicas, actions } = simulate(step, kpa({ ...limits, threshold: 200, slaSeconds: 60 }));
    expect([...new Set(replicas)].every((size) => 12 % size === 0)).toBe(true);
    expect(Math.max(...replicas)).toBeGreaterThanOrEqual(6);
    expect(actions).toBeLessThanOrEqual(6);
  });

  it.each([
    { scaler: flink({ ...limits, catchUpSeconds: 120, restartSeconds: 10 }) },
    { scaler: kpa({ ...limits, threshold: 200, slaSeconds: 60 }) },
  ])('$scaler.name holds the size while it cannot measure', ({ scaler }) => {
    const blind = { ...step, world: { ...step.world, blind: [{ from: 0, to: 1_800 }] } };
    expect(simulate(blind, scaler).actions).toBe(0);
  });
});

describe('a size that stays', () => {
  it('is one of those that are worth having', () => {
    expect(usefulSizesOf(traceOf({ partitions: 17 }))).toEqual([1, 2, 3, 4, 5, 6, 9, 17]);
    const objective = { maxLagSeconds: 60, minReplicas: 0, maxReplicas: 5 };
    expect(usefulSizesOf(traceOf({ partitions: 17, objective }))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is taken at once', () => {
    expect(simulate(step, fixed(12))).toMatchObject({ scaler: 'static', setting: '12', actions: 1, lateShare: 0 });
  });
});
