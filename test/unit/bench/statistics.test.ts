import { describe, expect, it } from 'vitest';
import { median, percentile, round } from '../../../bench/statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('percentile', () => {
  const rows: readonly { it: string; values: readonly number[]; share: number; is: number }[] = [
    { it: 'takes the value at the rank, whatever the order', values: hundred, share: 0.99, is: 99 },
    { it: 'takes the lower middle', values: [1, 2, 3, 4], share: 0.5, is: 2 },
    { it: 'takes the least at none', values: [2, 1], share: 0, is: 1 },
    { it: 'takes the greatest at all', values: [2, 1], share: 1, is: 2 },
    { it: 'knows no value of nothing', values: [], share: 0.5, is: Number.NaN },
  ];
  it.each(rows)('$it', ({ values, share, is }) => {
    expect(percentile(values, share)).toBe(is);
  });
});

describe('median', () => {
  const rows: readonly { it: string; values: readonly number[]; is: number }[] = [
    { it: 'is the middle of three', values: [9, 1, 2], is: 2 },
    { it: 'is the mean of the two in the middle', values: [4, 1, 2, 9], is: 3 },
    { it: 'is the only value', values: [7], is: 7 },
    { it: 'is the middle of many', values: [...hundred, 101], is: 51 },
    { it: 'is nothing of nothing', values: [], is: Number.NaN },
  ];
  it.each(rows)('$it', ({ values, is }) => {
    expect(median(values)).toBe(is);
  });
});

it('rounds to digits', () => {
  expect(round(1.2345, 2)).toBe(1.23);
  expect(round(1.2345, 0)).toBe(1);
});
