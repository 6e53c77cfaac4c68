import { expect, it } from 'vitest';
import { dearerThoughLonger, rowOf, summaryOf } from '../../../../bench/scaling/figures.ts';
import type { Outcome } from '../../../../src/simulate/run.ts';

const outcome = (setting: string, lateShare: number, replicaSeconds: number, actions = 4): Outcome => ({
  trace: 'step-1',
  scaler: 'x',
  setting,
  lateShare,
  replicaSeconds,
  actions,
  turns: 0,
  worstLagSeconds: 9,
  p99LagSeconds: 8,
  reasons: {},
  replicas: [],
  lagSeconds: [],
});

const measured = {
  policy: outcome('Cost', 0.001, 1_000),
  keda: [outcome('10', 0, 2_000, 10), outcome('100', 0.0012, 900), outcome('1000', 0.2, 500)],
  oracle: outcome('', 0, 800),
  floorReplicaSeconds: 500,
  maxLagSeconds: 60,
};
const row = rowOf(measured);

it('a row compares a policy with thresholds, oracle and floor', () => {
  expect(row).toEqual({
    trace: 'step-1',
    policy: 'Cost',
    maxLagSeconds: 60,
    lateShare: 0.001,
    replicaSeconds: 1_000,
    actions: 4,
    worstLagSeconds: 9,
    dominatedBy: ['100'],
    ofCheapest: 0.5,
    ofOracle: 1.25,
    ofFloor: 2,
    lateOfMostPunctual: 0,
    ofActions: 0.4,
  });
});

it('nobody is the cheapest where no threshold is as punctual', () => {
  expect(rowOf({ ...measured, keda: [outcome('1', 0.5, 1)] })).not.toHaveProperty('ofCheapest');
});

it('with polls lost it says what that cost, and whether the size shrank on what nobody knew', () => {
  const replicas = [4, 4, 3, 3, 2, 5];
  const withLoss = { policy: { ...outcome('Cost', 0, 1_100), replicas }, seconds: [0, 1, 4, 5] };
  const lossy = rowOf({ ...measured, withLoss });
  expect(lossy.lost).toEqual({ ofNoneLost: 1.1, shrunkUnknown: 1 });
  expect(summaryOf([lossy, row]).lost).toEqual({ ofNoneLost: 1.1, shrunkUnknown: 1 });
});

it('a summary has medians, and counts', () => {
  const { ofCheapest: _none, ...alone } = row;
  const better = { ...alone, dominatedBy: [], ofOracle: 1.05, lateShare: 0.003 };
  expect(summaryOf([row, better])).toEqual({
    policy: 'Cost',
    maxLagSeconds: 60,
    traces: 2,
    dominated: 1,
    ofCheapest: 0.5,
    ofOracle: 1.15,
    ofFloor: 2,
    ofActions: 0.4,
    lateShare: 0.002,
    asPunctual: 1,
  });
});

it('a longer objective that costs more is named', () => {
  const at = (trace: string, maxLagSeconds: number, replicaSeconds: number) => ({
    ...row,
    trace,
    maxLagSeconds,
    replicaSeconds,
  });
  const rows = [at('a', 60, 1_030), at('a', 15, 1_000), at('b', 15, 1_000), at('b', 60, 1_015), at('b', 600, 500)];
  expect(dearerThoughLonger(rows)).toEqual(['a']);
});
