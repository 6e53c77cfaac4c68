import { describe, expect, it } from 'vitest';
import { desiredReplicas } from '../../../src/simulate/hpa.ts';
import { type KedaTrigger, keda, kedaLag, kedaMetric } from '../../../src/simulate/keda.ts';
import { seenOf } from './traces.ts';

/** Records that wait, all in one partition. */
const waiting = (lag: number) => [lag];

describe('KEDA and its HPA', () => {
  const even = { partitions: 10, lagThreshold: 10, even: true };
  it.each<{ it: string; trigger: KedaTrigger; lag: number; replicas: number; metric: number; is: number }>([
    { it: 'one replica for even the least', trigger: even, lag: 1, replicas: 4, metric: 10, is: 1 },
    { it: 'one up to the threshold', trigger: even, lag: 10, replicas: 4, metric: 10, is: 1 },
    { it: 'the next divisor beyond it', trigger: even, lag: 11, replicas: 4, metric: 20, is: 2 },
    { it: 'the same up to twice', trigger: even, lag: 20, replicas: 4, metric: 20, is: 2 },
    { it: 'five of ten from there', trigger: even, lag: 21, replicas: 4, metric: 50, is: 5 },
    { it: 'five up to five times', trigger: even, lag: 50, replicas: 4, metric: 50, is: 5 },
    { it: 'all beyond', trigger: even, lag: 51, replicas: 4, metric: 100, is: 10 },
    { it: 'a metric even without lag', trigger: even, lag: 0, replicas: 1, metric: 10, is: 1 },
    {
      it: 'all at once of a prime number',
      trigger: { partitions: 17, lagThreshold: 10, even: true },
      lag: 11,
      replicas: 1,
      metric: 170,
      is: 17,
    },
    {
      it: 'one replica more than there are partitions',
      trigger: { partitions: 5, lagThreshold: 5 },
      lag: 29,
      replicas: 5,
      metric: 29,
      is: 6,
    },
    {
      it: 'stuck one below the partitions, for the cut metric is within the tolerance',
      trigger: { partitions: 64, lagThreshold: 3_000 },
      lag: 450_000,
      replicas: 63,
      metric: 192_000,
      is: 63,
    },
    {
      it: 'stuck three below them',
      trigger: { partitions: 23, lagThreshold: 1_000 },
      lag: 55_000,
      replicas: 21,
      metric: 23_000,
      is: 21,
    },
    {
      it: 'one replica with lag in one partition, if that is all that counts',
      trigger: { partitions: 8, lagThreshold: 10, limitToPartitionsWithLag: true },
      lag: 500,
      replicas: 4,
      metric: 10,
      is: 1,
    },
    {
      it: 'as many as asked for with idle consumers',
      trigger: { partitions: 8, lagThreshold: 10, allowIdleConsumers: true },
      lag: 500,
      replicas: 4,
      metric: 500,
      is: 50,
    },
  ])('want $it', ({ trigger, lag, replicas, metric, is }) => {
    expect(kedaMetric(waiting(lag), trigger)).toBe(metric);
    expect(desiredReplicas(metric, { target: trigger.lagThreshold, replicas })).toBe(is);
  });

  it('want ten replicas for an idle topic of 100 partitions without commits', () => {
    const lags = new Array(100).fill(kedaLag(7, undefined));
    const metric = kedaMetric(lags, { partitions: 100, lagThreshold: 10 });
    expect(metric).toBe(100);
    expect(desiredReplicas(metric, { target: 10, replicas: 1 })).toBe(10);
    expect(kedaLag(7, 5)).toBe(2);
  });
});

describe('KEDA', () => {
  const scaler = (min: number) => keda({ partitions: 4, lagThreshold: 10 }, { min, max: 100 }, '');

  it('wakes to one from zero, at its next poll', () => {
    const asleep = scaler(0);
    expect(asleep.decide(seenOf(0, [0, 50], { second: 15 }))).toEqual({ replicas: 0, reason: 'ScalingDisabled' });
    expect(asleep.decide(seenOf(0, [0, 50], { second: 30 })).replicas).toBe(1);
    expect(asleep.decide(seenOf(1, [0, 50], { second: 45 })).replicas).toBe(4);
  });

  it('goes to zero once nothing has waited for five minutes', () => {
    const awake = scaler(0);
    awake.decide(seenOf(3, [0, 5], { second: 30 }));
    expect(awake.decide(seenOf(1, [0, 0], { second: 330 })).replicas).toBe(1);
    expect(awake.decide(seenOf(1, [0, 0], { second: 360 })).replicas).toBe(0);
  });

  it('keeps the least that it is told, and holds what it cannot measure', () => {
    expect(scaler(2).decide(seenOf(1, [0, 0], { second: 900 })).replicas).toBe(2);
    expect(scaler(0).decide(seenOf(3, [], { second: 900, group: undefined })).replicas).toBe(3);
  });
});
