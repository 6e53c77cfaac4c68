import { describe, expect, it } from 'vitest';
import { SimulatedGroup } from '../../../src/simulate/group.ts';
import type { Trace, World } from '../../../src/simulate/trace.ts';
import { traceOf } from './traces.ts';

/** Runs to the end, with these sizes from these seconds on; returns what was processed in each second. */
function processedIn(trace: Trace, sizes: Readonly<Record<number, number>> = {}): number[] {
  const group = new SimulatedGroup(trace);
  let [replicas, before] = [trace.replicas, 0];
  return Array.from({ length: trace.seconds }, (_, second) => {
    replicas = sizes[second] ?? replicas;
    group.step(second, replicas);
    const { processed } = group.seen(second, replicas).work;
    const done = processed - before;
    before = processed;
    return Math.round(done);
  });
}

describe('members', () => {
  it.each<{
    it: string;
    trace?: Partial<Trace>;
    world: Partial<World>;
    sizes?: Record<number, number>;
    done: number[];
  }>([
    { it: 'process what comes as long as they can', world: {}, done: [60, 60, 60, 60, 60, 60] },
    { it: 'process no more than they can', world: { ratePerMember: 10 }, done: [30, 30, 30, 30, 30, 30] },
    {
      it: 'follow a rate that changes',
      world: { ratePerMember: [10, 10, 20, 20, 0, 0] },
      done: [30, 30, 60, 60, 0, 0],
    },
    { it: 'share what is behind them', world: { downstreamPerSecond: 45 }, done: [45, 45, 45, 45, 45, 45] },
    {
      it: 'work off what has waited',
      world: { ratePerMember: 30 },
      trace: { arrivals: { perSecond: [240, 0, 0, 0, 0, 0] } },
      done: [90, 90, 60, 0, 0, 0],
    },
    {
      it: 'come once their pods have started',
      world: { ratePerMember: 10, podStartSeconds: 2 },
      sizes: { 1: 6 },
      done: [30, 30, 30, 60, 60, 60],
    },
    {
      it: 'do not come beyond the quota of pods',
      world: { ratePerMember: 10, podQuota: 4 },
      sizes: { 1: 6 },
      done: [30, 40, 40, 40, 40, 40],
    },
    {
      it: 'all stop for an eager rebalance',
      world: { ratePerMember: 10, rebalanceSeconds: 2 },
      sizes: { 1: 6 },
      done: [30, 0, 0, 60, 60, 60],
    },
    {
      it: 'stop only what moves in a cooperative one',
      world: { ratePerMember: 10, rebalanceSeconds: 2, protocol: 'cooperative' },
      sizes: { 1: 6 },
      done: [30, 30, 30, 60, 60, 60],
    },
    {
      it: 'wait for each other when a cooperative rebalance falls into another one',
      world: { ratePerMember: 10, rebalanceSeconds: 2, protocol: 'cooperative' },
      sizes: { 1: 5, 2: 6 },
      done: [30, 30, 30, 30, 60, 60],
    },
    {
      it: 'go on one by one with the protocol "consumer"',
      world: { ratePerMember: 10, rebalanceSeconds: 2, protocol: 'consumer' },
      sizes: { 1: 5, 2: 6 },
      done: [30, 30, 30, 50, 60, 60],
    },
    {
      it: 'leave a partition that is stuck',
      world: { stuck: [{ partition: 0, from: 2, to: 4 }] },
      done: [60, 60, 50, 50, 60, 60],
    },
    { it: 'are none at size 0', world: {}, sizes: { 2: 0 }, done: [60, 60, 0, 0, 0, 0] },
  ])('$it', ({ trace, world, sizes, done }) => {
    expect(processedIn(traceOf({ seconds: 6, ...trace }, world), sizes)).toEqual(done);
  });

  it('have partitions of different weight', () => {
    const trace = traceOf(
      { seconds: 2, partitions: 2, replicas: 2, weights: [3, 1], arrivals: { perSecond: [40, 40] } },
      { ratePerMember: 20 },
    );
    expect(processedIn(trace)).toEqual([30, 30]);
  });
});

describe('what is seen', () => {
  const offsetsAfter = (trace: Trace) => {
    const group = new SimulatedGroup(trace);
    for (let second = 0; second < trace.seconds; second += 1) group.step(second, trace.replicas);
    return group.seen(trace.seconds - 1, trace.replicas).group;
  };

  it('are whole records, committed at times only', () => {
    const trace = traceOf({ seconds: 7, partitions: 1, replicas: 1, arrivals: { perSecond: new Array(7).fill(1.5) } });
    const { world } = trace;
    expect(offsetsAfter({ ...trace, world: { ...world, commitSeconds: 5 } })?.offsets).toEqual([
      { end: 10, committed: 9 },
    ]);
  });

  it('is nothing while the brokers do not answer', () => {
    expect(offsetsAfter(traceOf({ seconds: 5 }, { blind: [{ from: 4, to: 5 }] }))).toBeUndefined();
    expect(offsetsAfter(traceOf({ seconds: 5 }, { blind: [{ from: 0, to: 4 }] }))).toBeDefined();
  });

  it.each([
    { protocol: 'eager', assignor: 'range', state: 'PreparingRebalance' },
    { protocol: 'cooperative', assignor: 'cooperative-sticky', state: 'PreparingRebalance' },
    { protocol: 'consumer', assignor: 'uniform', state: 'Reconciling' },
  ] as const)('has the words of the protocol $protocol', ({ protocol, assignor, state }) => {
    const group = new SimulatedGroup(traceOf({}, { protocol, rebalanceSeconds: 3 }));
    group.step(0, 3);
    expect(group.seen(0, 3).group).toMatchObject({ assignor, state: 'Stable' });
    group.step(1, 4);
    expect(group.seen(1, 4).group).toMatchObject({ assignor, state });
    expect(group.seen(1, 4).group?.members.map(({ id }) => id)).toEqual(['pod-1', 'pod-2', 'pod-3', 'pod-4']);
    group.step(2, 0);
    expect(group.seen(2, 0).group).toMatchObject({ state: 'Empty', members: [] });
  });

  it('is when a record came in', () => {
    const perSecond = [10, 0, 0, 10, 10];
    const { arrivedAt } = new SimulatedGroup(traceOf({ seconds: 5, partitions: 1, arrivals: { perSecond } })).seen(
      0,
      3,
    );
    expect([0, 9, 10, 19, 20].map((offset) => arrivedAt(0, offset))).toEqual([0, 0, 3, 3, 4]);
  });
});

describe('the lag', () => {
  it('is the age of the oldest record, whatever did not come in between', () => {
    const trace = traceOf({ seconds: 8, arrivals: { perSecond: [0, 0, 60, 0, 0, 0, 60, 0] } }, { ratePerMember: 5 });
    const group = new SimulatedGroup(trace);
    const ages = Array.from({ length: 8 }, (_, second) => {
      group.step(second, 3);
      return group.lagSeconds(second);
    });
    expect(ages).toEqual([0, 0, 0, 1, 2, 0, 0, 1]);
  });

  it('leaves out a partition as long as it is stuck', () => {
    const group = new SimulatedGroup(traceOf({ seconds: 10 }, { stuck: [{ partition: 1, from: 0, to: 5 }] }));
    const ages = Array.from({ length: 10 }, (_, second) => {
      group.step(second, 3);
      return group.lagSeconds(second);
    });
    expect(ages.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(ages[5]).toBeGreaterThan(0);
  });
});
