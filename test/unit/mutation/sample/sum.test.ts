import { expect, it } from 'vitest';
import { describeSum, sumUpTo } from './sum.ts';

// Run under mutants by test/dev/mutate.test.ts, which says what this does not notice.

it('sums up to its limit', () => {
  expect([sumUpTo(3), sumUpTo(20)]).toEqual([6, 55]);
});

it('describes a sum', () => {
  expect([describeSum(1), describeSum(9)]).toEqual(['little', 'much']);
});
