import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestIn, longestWindowMs, noteSize, type SizeNote } from '../../../src/scaling/window.ts';

test('the window returns the largest size noted in it, as if it had kept all notes', () => {
  const steps = fc.array(
    fc.record({ afterMs: fc.integer({ min: 1, max: 60_000 }), replicas: fc.integer({ min: 0, max: 9 }) }),
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: longestWindowMs }), (notes, windowMs) => {
      let nowMs = 0;
      const all = notes.map(({ afterMs, replicas }): SizeNote => {
        nowMs += afterMs;
        return { atMs: nowMs, replicas };
      });
      const window = all.reduce(noteSize, [] as readonly SizeNote[]);
      const inside = all.filter(({ atMs }) => atMs > nowMs - windowMs).map(({ replicas }) => replicas);
      expect(largestIn(window, windowMs, nowMs)).toBe(inside.length === 0 ? undefined : Math.max(...inside));
    }),
  );
});

test('it keeps no more notes than there are sizes', () => {
  let window: readonly SizeNote[] = [];
  for (let atMs = 0; atMs < 10_000_000; atMs += 5_000)
    window = noteSize(window, { atMs, replicas: (atMs / 5_000) % 7 });
  expect(window.length).toBeLessThanOrEqual(7);
});
