import { expect, it } from 'vitest';
import { cheapestAsPunctual, dominates, mostPunctual } from '../../../src/simulate/compare.ts';

const of = (lateShare: number, replicaSeconds: number) => ({ lateShare, replicaSeconds });
const one = of(0.01, 1_000);

it.each([
  { it: 'as punctual and cheaper', other: of(0.01, 980), is: true },
  { it: 'hardly later and cheaper', other: of(0.0105, 900), is: true },
  { it: 'later', other: of(0.011, 500), is: false },
  { it: 'hardly cheaper', other: of(0, 981), is: false },
])('who is $it dominates: $is', ({ other, is }) => {
  expect(dominates(other, one)).toBe(is);
});

it('the cheapest is sought among those that are as punctual, the most punctual among all', () => {
  const others = [of(0, 1_500), of(0.0101, 700), of(0.02, 300), of(0, 1_400)];
  expect(cheapestAsPunctual(others, one, 0.0001)).toEqual(of(0.0101, 700));
  expect(cheapestAsPunctual(others, of(0, 1), 0)).toEqual(of(0, 1_400));
  expect(cheapestAsPunctual([of(1, 1)], one, 0)).toBeUndefined();
  expect(mostPunctual(others)).toEqual(of(0, 1_400));
  expect(mostPunctual([])).toBeUndefined();
});
