import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketLag } from '../../../src/lag/bucket.ts';

test.each([
  [0, 0],
  [0.4, 0],
  [1, 1],
  [4.9, 2],
  [5, 5],
  [29, 10],
  [59, 30],
  [60, 60],
  [99, 60],
  [100, 100],
  [299, 100],
  [999, 600],
  [1_000, 1_000],
  [54_321, 30_000],
  [7_000_000_000, 6_000_000_000],
])('a lag of %d is shown as %d', (lag, shown) => {
  expect(bucketLag(lag)).toBe(shown);
});

test('what is shown is never above the lag, never far below it, and stays the same when it is rounded again', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e15, noNaN: true }), (lag) => {
      const shown = bucketLag(lag);
      expect(shown).toBeLessThanOrEqual(lag);
      expect(shown).toBeGreaterThan(lag / 3.0001);
      expect(bucketLag(shown)).toBe(shown);
    }),
  );
});
