import { expect, test } from 'vitest';
import { delayMs } from '../../../src/runtime/backoff.ts';
import type { Outcome } from '../../../src/runtime/outcome.ts';

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
