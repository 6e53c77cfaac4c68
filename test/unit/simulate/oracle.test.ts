import { describe, expect, it } from 'vitest';
import { fixed, usefulSizesOf } from '../../../src/simulate/fixed.ts';
import { defaultThresholds, opponents, scalersOf } from '../../../src/simulate/opponents.ts';
import { oracle } from '../../../src/simulate/oracle/oracle.ts';
import { spread } from '../../../src/simulate/oracle/spread.ts';
import { type Outcome, simulate } from '../../../src/simulate/run.ts';
import type { Scaler } from '../../../src/simulate/seen.ts';
import type { Trace, World } from '../../../src/simulate/trace.ts';
import { traceOf } from './traces.ts';

const seconds = 480;
const perSecond = Array.from({ length: seconds }, (_, second) => (second >= 120 && second < 240 ? 100 : 20));
const delays: Partial<World> = { podStartSeconds: 10, rebalanceSeconds: 4, commitSeconds: 5 };
const step = (world: Partial<World> = {}): Trace =>
  traceOf(
    { seconds, replicas: 2, arrivals: { perSecond }, objective: { maxLagSeconds: 30, minReplicas: 1, maxReplicas: 6 } },
    { ...delays, ...world },
  );

function outcomeOf(trace: Trace, scaler = oracle(trace)): Outcome {
  return simulate(trace, scaler);
}

/** Takes the sizes one after the other, each for a minute. */
function inTurn(sizes: readonly number[]): Scaler {
  const decide = ({ second }: { second: number }) => ({ replicas: sizes[Math.floor(second / 60)] ?? 1, reason: '' });
  return { name: 'turn', setting: '', everySeconds: 1, decide };
}

/** All ways to take one of the sizes each minute that change it no more than twice. */
function waysThrough(sizes: readonly number[], minutes: number, changes = 2): number[][] {
  if (minutes === 0) return [[]];
  return waysThrough(sizes, minutes - 1, changes).flatMap((way) =>
    sizes.map((size) => [...way, size]).filter((next) => changesIn(next) <= changes),
  );
}

function changesIn(sizes: readonly number[]): number {
  return sizes.filter((size, at) => at > 0 && size !== sizes[at - 1]).length;
}

describe('the oracle', () => {
  it.each([
    { it: 'eager', world: {} },
    { it: 'cooperative', world: { protocol: 'cooperative' } },
    { it: 'the newest protocol', world: { protocol: 'consumer' } },
    { it: 'a limit behind the members', world: { downstreamPerSecond: 90 } },
    { it: 'members that become slower', world: { ratePerMember: perSecond.map((_, at) => 30 - at / 48) } },
  ] as const)('is never late, and no other punctual one is cheaper: $it', ({ world }) => {
    const trace = step(world);
    const own = outcomeOf(trace);
    expect(own.worstLagSeconds).toBeLessThanOrEqual(30);
    expect(own.lateShare).toBe(0);
    const others = opponents
      .filter((name) => name !== 'oracle')
      .flatMap((name) => scalersOf(name, trace, defaultThresholds))
      .map((scaler) => simulate(trace, scaler))
      .filter(({ lateShare }) => lateShare === 0);
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) expect(own.replicaSeconds).toBeLessThanOrEqual(other.replicaSeconds);
  });

  it('is no dearer than the best of all ways that change the size at full minutes', () => {
    const trace = step();
    const ways = waysThrough([1, 2, 3, 6], seconds / 60).map((sizes) => simulate(trace, inTurn(sizes)));
    const punctual = ways.filter(({ lateShare }) => lateShare === 0).map(({ replicaSeconds }) => replicaSeconds);
    expect(punctual.length).toBeGreaterThan(10);
    expect(outcomeOf(trace).replicaSeconds).toBeLessThanOrEqual(Math.min(...punctual));
  });

  it('costs no less than what the members have to do', () => {
    const work = perSecond.reduce((sum, records) => sum + records, 0);
    // What came in the last seconds may still wait at the end.
    expect(outcomeOf(step()).replicaSeconds).toBeGreaterThanOrEqual((work - 30 * 20) / 20);
  });

  it('comes as close as it can where nobody is punctual', () => {
    const trace = step({ ratePerMember: 10 });
    const sizes = usefulSizesOf(trace).map((size) => outcomeOf(trace, fixed(size)));
    const own = outcomeOf(trace);
    expect(own.lateShare).toBeGreaterThan(0);
    expect(own.lateShare).toBeLessThanOrEqual(Math.min(...sizes.map(({ lateShare }) => lateShare)) + 0.01);
  });

  it('is punctual where each partition has a load of its own', () => {
    const turns = Array.from({ length: 6 }, (_, at) =>
      Array.from({ length: seconds }, (__, second) => (Math.floor(second / 10) % 6 === at ? 40 : 0)),
    );
    expect(outcomeOf({ ...step(), arrivals: { perPartition: turns } }).lateShare).toBe(0);
  });

  it('ends soon where many sizes are useful', () => {
    const partitions = 400;
    const trace = { ...step(), partitions, objective: { maxLagSeconds: 30, minReplicas: 1 } };
    expect(usefulSizesOf(trace).length).toBeGreaterThan(30);
    const { lateShare, replicas } = outcomeOf(trace);
    expect(lateShare).toBe(0);
    expect(Math.max(...replicas)).toBeLessThan(20);
  });

  it('asks for no pod beyond the quota', () => {
    expect(Math.max(...outcomeOf(step({ podQuota: 3 })).replicas)).toBeLessThanOrEqual(3);
  });
});

it.each([
  { values: [1, 2, 3], most: 5, is: [1, 2, 3] },
  { values: [1, 2, 3, 4, 5, 6, 7], most: 4, is: [1, 3, 5, 7] },
  { values: [1, 2, 3, 4, 5], most: 2, is: [1, 5] },
])('$most of $values are $is', ({ values, most, is }) => {
  expect(spread(values, most)).toEqual(is);
});
