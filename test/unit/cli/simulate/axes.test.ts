import { expect, it } from 'vitest';
import { axisOf, inBox, xTicksOf } from '../../../../src/cli/simulate/axes.ts';

const labels = ({ ticks }: { ticks: readonly { label: string }[] }) => ticks.map(({ label }) => label).join(' ');

it.each([
  { most: 1, marks: '0 1' },
  { most: 13, marks: '0 5 10' },
  { most: 75, marks: '0 20 40 60' },
  { most: 4_500, marks: '0 2,000 4,000' },
])('an axis up to $most has the marks $marks', ({ most, marks }) => {
  expect(labels(axisOf(most))).toBe(marks);
});

it.each([
  { seconds: 45, marks: '0 s 10 s 20 s 30 s 40 s' },
  { seconds: 2_400, marks: '0 min 10 min 20 min 30 min 40 min' },
  { seconds: 14_400, marks: '0 h 1 h 2 h 3 h 4 h' },
  { seconds: 86_400, marks: '0 h 4 h 8 h 12 h 16 h 20 h 24 h' },
  { seconds: 604_800, marks: '0 h 48 h 96 h 144 h' },
])('$seconds s have the times $marks', ({ seconds, marks }) => {
  expect(labels(xTicksOf(seconds))).toBe(marks);
});

it('what is above the axis stands at its top', () => {
  const place = inBox({ left: 10, top: 20, width: 100, height: 50 }, xTicksOf(200), axisOf(10));
  expect([place(0, 0), place(100, 5), place(200, 99)]).toEqual([
    { x: 10, y: 70 },
    { x: 60, y: 45 },
    { x: 110, y: 20 },
  ]);
});
