import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../../../src/adapters/kube/store/reflector.ts';

describe('the backoff', () => {
  it('begins at the minimum, never exceeds the maximum and doubles its bound in between', () => {
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 800, 30_000, () => 1))).toEqual([
      1_600, 3_200, 6_400, 30_000,
    ]);
    expect([1, 2, 3, 20].map((failures) => backoffMs(failures, 800, 30_000, () => 0))).toEqual([800, 800, 800, 800]);
  });

  it('stays a finite wait after any number of failures', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const waitMs = backoffMs(failures, 800, 30_000, () => random);
        expect(waitMs).toBeGreaterThanOrEqual(800);
        expect(waitMs).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});
