import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dealInRuns, dealInTurn, dealSticky } from '../../../src/simulate/assignors.ts';

it.each([
  {
    it: 'range deals runs, the first of them longer',
    dealt: dealInRuns(5, 2),
    is: [
      [0, 1, 2],
      [3, 4],
    ],
  },
  {
    it: 'round robin deals one by one',
    dealt: dealInTurn(5, 2),
    is: [
      [0, 2, 4],
      [1, 3],
    ],
  },
  { it: 'members beyond the partitions get nothing', dealt: dealInRuns(2, 3), is: [[0], [1], []] },
  { it: 'and neither do they in turn', dealt: dealInTurn(2, 3), is: [[0], [1], []] },
  {
    it: 'sticky begins as evenly as the others',
    dealt: dealSticky(5, [[], []]),
    is: [
      [0, 2, 4],
      [1, 3],
    ],
  },
  {
    it: 'sticky takes from the fullest what a new member needs',
    dealt: dealSticky(6, [[0, 1, 2], [3, 4, 5], []]),
    is: [
      [0, 1],
      [3, 4],
      [2, 5],
    ],
  },
  {
    it: 'sticky leaves one more with who has it',
    dealt: dealSticky(5, [
      [0, 1],
      [2, 3, 4],
    ]),
    is: [
      [0, 1],
      [2, 3, 4],
    ],
  },
])('$it', ({ dealt, is }) => {
  expect(dealt).toEqual(is);
});

it('every partition has one member, and no member has two more than another', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(12),
      (count, before, change) => {
        const after = Math.max(1, before + change - 6);
        const had = dealInTurn(count, before);
        const members = Array.from({ length: after }, (_, at) => had[at] ?? []);
        for (const dealt of [dealInRuns(count, after), dealInTurn(count, after), dealSticky(count, members)]) {
          expect(dealt.flat().toSorted((a, b) => a - b)).toEqual([...new Array(count).keys()]);
          const sizes = dealt.map((own) => own.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      },
    ),
    { numRuns: 100, seed: 20_260_101 },
  );
});
