import { describe, expect, it } from 'vitest';
import { fixed } from '../../../src/simulate/fixed.ts';
import { simulate } from '../../../src/simulate/run.ts';
import type { Scaler } from '../../../src/simulate/seen.ts';
import { traceOf } from './traces.ts';

/** Takes one size after the other, each for so many seconds. */
function taking(sizes: readonly number[], everySeconds: number): Scaler {
  const reasons = ['first', 'second', 'last'];
  return {
    name: 'taker',
    setting: 'x',
    everySeconds,
    decide: ({ second }) => {
      const at = Math.min(sizes.length - 1, second / everySeconds);
      return { replicas: sizes[at] ?? 0, reason: reasons[Math.min(2, at)] ?? '' };
    },
  };
}

describe('the outcome', () => {
  it('counts sizes, changes, turns and reasons', () => {
    const outcome = simulate(traceOf({ seconds: 20, replicas: 3 }), taking([3, 6, 4, 4, 5], 4));
    expect(outcome).toMatchObject({ trace: 'sample', scaler: 'taker', setting: 'x', actions: 3, turns: 2 });
    expect(outcome.reasons).toEqual({ first: 4, second: 4, last: 12 });
    expect(outcome.replicas).toEqual([3, 3, 3, 3, 6, 6, 6, 6, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5]);
    // A decision at the end of a second counts from the next one on.
    expect(outcome.replicaSeconds).toBe(5 * 3 + 4 * 6 + 8 * 4 + 3 * 5);
  });

  it('pays no pod beyond the quota', () => {
    const outcome = simulate(traceOf({ seconds: 10, replicas: 2 }, { podQuota: 2 }), taking([6], 1));
    expect([outcome.replicaSeconds, outcome.replicas.at(-1)]).toEqual([20, 6]);
  });

  it('takes a record for late that waited longer than the objective, and one that still waits by its age', () => {
    // Half of what comes can be processed: the records of second s are done at the end of second 2 s + 1.
    const trace = traceOf({ seconds: 100, objective: { maxLagSeconds: 40, minReplicas: 1 } }, { ratePerMember: 10 });
    const { lateShare, worstLagSeconds, p99LagSeconds, lagSeconds } = simulate(trace, fixed(3));
    expect([worstLagSeconds, p99LagSeconds]).toEqual([50, 49]);
    expect(lateShare).toBeCloseTo(0.185, 2);
    expect(lagSeconds.at(-1)).toBe(49);
  });

  it('counts records of a partition that is stuck apart', () => {
    const trace = traceOf({ seconds: 100 }, { stuck: [{ partition: 2, from: 10, to: 90 }] });
    const outcome = simulate(trace, fixed(6));
    expect(outcome).toMatchObject({ lateShare: 0, worstLagSeconds: 0 });
    // From second 90 on it is worked off twice as fast as it comes: what came until second 68 is late.
    expect(outcome.stuckLateShare).toBeCloseTo(0.59, 2);
    expect(simulate(traceOf({ seconds: 5 }), fixed(6))).not.toHaveProperty('stuckLateShare');
  });
});
