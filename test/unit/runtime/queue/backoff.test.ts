import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Outcome } from '../../../../src/runtime/outcome.ts';
import { delayMs, togetherMs } from '../../../../src/runtime/queue/backoff.ts';

const retry: Outcome = { kind: 'retry', cause: 'x' };
const confirm: Outcome = { kind: 'confirm' };
const middle = () => 0.5;

const rows: readonly { it: string; outcome: Outcome; tries?: number; random?: () => number; ms: number | undefined }[] =
  [
    { it: 'a first failure is tried again after 1 s', outcome: retry, tries: 1, ms: 1_000 },
    { it: 'a second failure waits twice as long', outcome: retry, tries: 2, ms: 2_000 },
    { it: 'many failures wait 5 min', outcome: retry, tries: 50, ms: 300_000 },
    { it: 'more failures than a number can double wait 5 min', outcome: retry, tries: 5_000, ms: 300_000 },
    { it: 'spreads failures downwards', outcome: retry, tries: 1, random: () => 0, ms: 800 },
    { it: 'spreads failures upwards', outcome: retry, tries: 1, random: () => 1, ms: 1_200 },
    { it: 'never waits longer than 5 min', outcome: retry, tries: 50, random: () => 1, ms: 300_000 },
    { it: 'waits at least as long as it was asked to', outcome: { ...retry, afterMs: 9_000 }, tries: 1, ms: 9_000 },
    {
      it: 'waits longer than it was asked to once it failed often',
      outcome: { ...retry, afterMs: 9_000 },
      tries: 6,
      ms: 32_000,
    },
    { it: 'looks soon for what an action did', outcome: confirm, tries: 1, ms: 250 },
    { it: 'looks more slowly each time', outcome: confirm, tries: 6, ms: 8_000 },
    { it: 'looks every 5 min for what never settles', outcome: confirm, tries: 40, ms: 300_000 },
    {
      it: 'spreads rechecks downwards by a tenth',
      outcome: { kind: 'recheck', afterMs: 300_000 },
      random: () => 0,
      ms: 270_000,
    },
    {
      it: 'spreads rechecks upwards by a tenth',
      outcome: { kind: 'recheck', afterMs: 300_000 },
      random: () => 1,
      ms: 330_000,
    },
    { it: 'sets no time where only a change matters', outcome: { kind: 'awaitChange' }, ms: undefined },
  ];

test.each(rows)('$it', ({ outcome, tries = 0, random = middle, ms }) => {
  expect(delayMs(outcome, tries, random)).toBe(ms);
});

const meetings: readonly { it: string; nowMs: number; ms: number }[] = [
  { it: 'after the interval', nowMs: 0, ms: 300_000 },
  { it: 'with those that began before, up to a tenth earlier', nowMs: 29_999, ms: 270_001 },
  { it: 'with those that begin later, up to a tenth later', nowMs: 30_000, ms: 330_000 },
  { it: 'at the next moment of the same series when the round took a while', nowMs: 300_000 + 20_000, ms: 280_000 },
];

test.each(meetings)('those who come back together come back $it', ({ nowMs, ms }) => {
  expect(togetherMs(300_000, nowMs)).toBe(ms);
});

test('who need not wait does not wait for others', () => {
  expect(togetherMs(0, 1_234)).toBe(0);
});

test('whoever comes back together waits ± 10 %, at one of five moments per interval', () => {
  const moment = fc.record({
    ms: fc.integer({ min: 10, max: 86_400_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(moment, fc.integer({ min: 0, max: 10 ** 9 }), ({ ms, share }, sinceMs) => {
      const nowMs = sinceMs + share * ms;
      const delay = togetherMs(ms, nowMs);
      expect(delay / ms).toBeGreaterThanOrEqual(0.9 - 1e-6);
      expect(delay / ms).toBeLessThanOrEqual(1.1 + 1e-6);
      const moments = (nowMs + delay) / (ms / 5);
      expect(Math.abs(moments - Math.round(moments))).toBeLessThan(1e-3);
    }),
  );
});
