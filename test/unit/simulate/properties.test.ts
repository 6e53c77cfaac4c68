import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fixed } from '../../../src/simulate/fixed.ts';
import { SimulatedGroup } from '../../../src/simulate/group.ts';
import { keda } from '../../../src/simulate/keda.ts';
import { sluice } from '../../../src/simulate/operator.ts';
import { simulate } from '../../../src/simulate/run.ts';
import type { Trace } from '../../../src/simulate/trace.ts';

const seconds = 200;
const second = fc.integer({ min: 0, max: seconds });
const span = fc.tuple(second, fc.integer({ min: 1, max: 100 })).map(([from, lasts]) => ({ from, to: from + lasts }));
const amounts = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 }).map((levels) => {
  return Array.from({ length: seconds }, (_, at) => levels[Math.floor((at * levels.length) / seconds)] ?? 0);
});

const anyTrace = fc
  .record({
    perSecond: amounts,
    partitions: fc.integer({ min: 1, max: 9 }),
    replicas: fc.integer({ min: 0, max: 6 }),
    weighted: fc.boolean(),
    world: fc.record({
      ratePerMember: fc.integer({ min: 1, max: 100 }),
      podStartSeconds: fc.integer({ min: 0, max: 20 }),
      rebalanceSeconds: fc.integer({ min: 0, max: 9 }),
      protocol: fc.constantFrom('eager', 'cooperative', 'consumer'),
      assignor: fc.constantFrom('range', 'roundrobin'),
      commitSeconds: fc.integer({ min: 0, max: 15 }),
      downstreamPerSecond: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      podQuota: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      stuck: fc.array(
        span.map((one) => ({ partition: 0, ...one })),
        { maxLength: 1 },
      ),
      blind: fc.array(span, { maxLength: 1 }),
    }),
  })
  .map(({ perSecond, weighted, partitions, ...others }): Trace => {
    const weights = weighted ? Array.from({ length: partitions }, (_, at) => at + 1) : undefined;
    const objective = { maxLagSeconds: 30, minReplicas: 1, maxReplicas: 8 };
    return { name: 'any', seconds, partitions, weights, arrivals: { perSecond }, objective, ...others };
  });

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const settings = { numRuns: 60, seed: 20_260_101 };

it('whatever happens, each record that came is processed once, or still waits', () => {
  fc.assert(
    fc.property(anyTrace, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 }), (trace, sizes) => {
      const group = new SimulatedGroup(trace);
      const inBooks = () => group.waits.records + group.stuckWaits.records;
      const come = 'perSecond' in trace.arrivals ? trace.arrivals.perSecond : [];
      for (let at = 0; at < seconds; at += 1) {
        const replicas = sizes[Math.floor((at * sizes.length) / seconds)] ?? 0;
        group.step(at, replicas);
        const { work, group: seen } = group.seen(at, replicas);
        expect(work.processed).toBeLessThanOrEqual(sum(come.slice(0, at + 1)) + 1e-6);
        for (const { end, committed } of seen?.offsets ?? []) expect(committed).toBeLessThanOrEqual(end);
        if (at % 50 === 0) expect(inBooks()).toBeCloseTo(work.processed, 6);
      }
      group.close();
      expect(inBooks()).toBeCloseTo(sum(come), 6);
    }),
    settings,
  );
});

it('the same trace always ends the same way', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const scalers = [
        () => sluice({ mode: 'Auto', policy: 'Cost', ...trace.objective }),
        () => keda({ lagThreshold: 50, partitions: trace.partitions }, { min: 1, max: 100 }, ''),
      ];
      for (const scaler of scalers) expect(simulate(trace, scaler())).toEqual(simulate(trace, scaler()));
    }),
    { ...settings, numRuns: 10 },
  );
});

it('with nothing that delays, more members are never later', () => {
  fc.assert(
    fc.property(anyTrace, fc.integer({ min: 1, max: 8 }), (trace, fewer) => {
      const { ratePerMember, protocol } = trace.world;
      const world = { ratePerMember, protocol, podStartSeconds: 0, rebalanceSeconds: 0, commitSeconds: 1 };
      const even = { ...trace, weights: undefined, world };
      const [few, more] = [fewer, fewer + 1].map((size) => simulate({ ...even, replicas: size }, fixed(size)));
      expect(more?.lateShare).toBeLessThanOrEqual((few?.lateShare ?? 0) + 1e-9);
      expect(more?.worstLagSeconds).toBeLessThanOrEqual(few?.worstLagSeconds ?? 0);
    }),
    settings,
  );
});
