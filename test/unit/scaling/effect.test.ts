import { expect, test } from 'vitest';
import { brakeAfter, wasUseless } from '../../../src/scaling/effect.ts';

test.each([
  { it: 'members that work as before prove the growth', from: 2, to: 4, before: 100, now: 100, useless: false },
  {
    it: 'members that share the old throughput prove a limit behind them',
    from: 2,
    to: 4,
    before: 100,
    now: 50,
    useless: true,
  },
  { it: 'a third of the promised gain is enough', from: 2, to: 4, before: 100, now: 66, useless: false },
  { it: 'a fifth of it is not', from: 2, to: 4, before: 100, now: 60, useless: true },
  { it: 'a small step is not judged', from: 5, to: 6, before: 100, now: 80, useless: false },
])('$it', ({ from, to, before, now, useless }) => {
  expect(wasUseless({ atMs: 0, from, to, rate: before }, now)).toBe(useless);
});

test('each growth in vain doubles the wait for the next, up to two hours', () => {
  const lengths: number[] = [];
  let brake = brakeAfter(undefined, 0);
  for (let time = 0; time < 6; time += 1) {
    lengths.push(brake.lengthMs / 60_000);
    brake = brakeAfter(brake, 0);
  }
  expect(lengths).toEqual([10, 20, 40, 80, 120, 120]);
});
