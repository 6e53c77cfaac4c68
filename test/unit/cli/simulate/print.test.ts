import { expect, it } from 'vitest';
import { printLines, printTables, type Report, timeOf } from '../../../../src/cli/simulate/print.ts';
import type { Outcome } from '../../../../src/simulate/run.ts';

const outcomeOf = (
  name: string,
  lateShare: number,
  replicaSeconds: number,
  changes: Partial<Outcome> = {},
): Outcome => {
  const [scaler = '', ...setting] = name.split(' ');
  return {
    trace: 'day',
    scaler,
    setting: setting.join(' '),
    lateShare,
    replicaSeconds,
    actions: 4,
    turns: 1,
    worstLagSeconds: 57,
    p99LagSeconds: 31,
    reasons: { WithinObjective: 60, Stabilizing: 5_400 },
    replicas: [1, 2],
    lagSeconds: [0, 3],
    ...changes,
  };
};

const report: Report = {
  trace: {
    name: 'day',
    seconds: 5_460,
    partitions: 12,
    replicas: 1,
    arrivals: { perSecond: [] },
    objective: { maxLagSeconds: 60, minReplicas: 1 },
    world: { ratePerMember: 200, podStartSeconds: 1, rebalanceSeconds: 1, protocol: 'eager', commitSeconds: 1 },
  },
  outcomes: [
    outcomeOf('sluice Balanced', 0.00003, 12_000, { stuckLateShare: 0.25 }),
    outcomeOf('keda 100 (0.5x)', 0, 15_000),
    outcomeOf('keda 200 (1x)', 0, 9_000),
    outcomeOf('keda 4000 (20x)', 0.125, 8_000),
    outcomeOf('static 12', 0, 99_000),
    outcomeOf('hpa 100', 0.5, 1),
    outcomeOf('oracle', 0.00001, 8_000),
  ],
};

it('a table says who did what and who is dominated, and a block what that means for Sluice', () => {
  expect(printTables(report)).toBe(`\
day: 1 h 31 min, 12 partitions, 200 records/s per member; objective 60 s

  SCALER  SETTING         LATE   P99  WORST  REPLICA-SECONDS  ACTIONS  TURNS  DOMINATED BY
  sluice  Balanced    < 0.01 %  31 s   57 s           12,000        4      1  keda 200 (1x)
  keda    100 (0.5x)    0.00 %  31 s   57 s           15,000        4      1  keda 200 (1x), and 1 more
  keda    200 (1x)      0.00 %  31 s   57 s            9,000        4      1
  keda    4000 (20x)   12.50 %  31 s   57 s            8,000        4      1
  static  12            0.00 %  31 s   57 s           99,000        4      1  keda 200 (1x), and 2 more
  hpa     100          50.00 %  31 s   57 s                1        4      1
  oracle              < 0.01 %  31 s   57 s            8,000        4      1

sluice Balanced
  1.33 × the replica-seconds of keda 200 (1x), the cheapest setting that is as punctual
  no setting of hpa is as punctual
  0.121 × the replica-seconds of static 12, the cheapest setting that is as punctual
  1.5 × the replica-seconds of the oracle, with which < 0.01 % are late too
  25.00 % late of the partitions that are stuck at times
  Stabilizing 1 h 30 min, WithinObjective 1 min

`);
});

it('a program gets all of it but the curve of the lag, a line for each scaler', () => {
  const [first = '', ...others] = printLines(report).trimEnd().split('\n');
  expect(others).toHaveLength(6);
  const { lagSeconds: _curve, ...told } = outcomeOf('sluice Balanced', 0.00003, 12_000, { stuckLateShare: 0.25 });
  expect(JSON.parse(first)).toEqual(told);
});

it.each([
  { seconds: 0, is: '0 s' },
  { seconds: 59, is: '59 s' },
  { seconds: 3_600, is: '1 h' },
  { seconds: 3_725, is: '1 h 2 min 5 s' },
])('$seconds s are told as $is', ({ seconds, is }) => {
  expect(timeOf(seconds)).toBe(is);
});
