import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shrinkAfterMs } from '../../../../src/scaling/decide.ts';
import type { ScalingSpec } from '../../../../src/scaling/facts.ts';
import { shortestTurn } from './invariants.ts';
import { simulate, type World } from './simulation.ts';

const seconds = 700;
const level = fc.integer({ min: 0, max: 300 });
const second = fc.integer({ min: 0, max: seconds });

const spec = fc.record<ScalingSpec>({
  mode: fc.constant('Auto'),
  minReplicas: fc.integer({ min: 1, max: 3 }),
  maxReplicas: fc.option(fc.integer({ min: 3, max: 9 }), { nil: undefined }),
  maxLagSeconds: fc.constantFrom(5, 10, 60),
  policy: fc.constantFrom('Cost', 'Balanced'),
  ratePerReplica: fc.option(fc.integer({ min: 5, max: 50 }), { nil: undefined }),
});

/** Worlds with loads that jump, brokers that fall silent, operators that restart and people who meddle. */
const anyWorld = fc
  .record({
    levels: fc.array(level, { minLength: 1, maxLength: 6 }),
    silences: fc.array(fc.tuple(second, fc.integer({ min: 1, max: 90 })), { maxLength: 3 }),
    meddling: fc.option(fc.tuple(second, fc.integer({ min: 1, max: 9 })), { nil: undefined }),
    restarts: fc.array(second, { maxLength: 1 }),
    partitions: fc.integer({ min: 1, max: 12 }),
    memberRate: fc.integer({ min: 10, max: 50 }),
    podStartSeconds: fc.integer({ min: 2, max: 20 }),
    rebalanceSeconds: fc.integer({ min: 2, max: 5 }),
    commitSeconds: fc.integer({ min: 1, max: 5 }),
    noise: fc.constantFrom(0, 0.1, 0.3),
    seed: fc.nat(),
    replicas: fc.integer({ min: 1, max: 6 }),
    spec,
  })
  .map(({ levels, silences, meddling, ...traits }): World => {
    const length = Math.ceil(seconds / levels.length);
    return {
      ...traits,
      seconds,
      arrival: (at) => levels[Math.floor(at / length)] ?? 0,
      blind: silences.map(([from, lasting]) => ({ from, to: from + lasting })),
      meddle: (at) => (meddling?.[0] === at ? meddling[1] : undefined),
    };
  });

const isOwn = ({ reason }: { reason: string }) => reason !== 'AtMinReplicas' && reason !== 'AtMaxReplicas';

test('in any world the size stays inside its limits, and nothing shrinks before a whole window was seen', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const outcome = simulate(world);
      const { minReplicas, maxReplicas = world.partitions } = world.spec;
      const most = Math.max(minReplicas, Math.min(maxReplicas, world.partitions));
      const windowSeconds = shrinkAfterMs[world.spec.policy] / 1000;
      for (const { second: at, decision, known } of outcome.actions) {
        expect(decision.to).toBeGreaterThanOrEqual(minReplicas);
        if (decision.to > decision.from) expect(decision.to).toBeLessThanOrEqual(most);
        if (decision.to > decision.from || !isOwn(decision)) continue;
        expect(known).toBe(true);
        const seen = outcome.polls.filter((poll) => poll.second > at - windowSeconds && poll.second <= at);
        expect(seen.every((poll) => poll.known)).toBe(true);
        expect(seen.length).toBeGreaterThanOrEqual(windowSeconds / 5);
      }
      for (const { decision, known } of outcome.actions) expect(known || decision.to > decision.from).toBe(true);
      if (world.meddle === undefined) expect(shortestTurn(outcome, 'down')).toBeGreaterThanOrEqual(windowSeconds);
    }),
    { numRuns: 60, seed: 20_260_101 },
  );
});

test('the same world always ends the same way', () => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      expect(simulate(world).replicas).toEqual(simulate(world).replicas);
    }),
    { numRuns: 5, seed: 20_260_101 },
  );
});

test('a group whose load ended long ago is down to its minimum', () => {
  fc.assert(
    fc.property(anyWorld, ({ blind: _silent, meddle: _meddling, restarts: _starts, ...world }) => {
      const spec: ScalingSpec = { ...world.spec, policy: 'Cost' };
      // Long enough to work off the highest load with the fewest members, and for a window after that.
      const quiet = (at: number) => (at < 200 ? world.arrival(at) : 0);
      const { replicas } = simulate({ ...world, spec, arrival: quiet, seconds: 6_700 });
      expect(replicas.at(-1)).toBe(spec.minReplicas);
    }),
    { numRuns: 15, seed: 20_260_101 },
  );
});
