import { expect, it } from 'vitest';
import { inTurn } from '../../../src/cli/in-turn.ts';

it('does so many at once and keeps the order', async () => {
  let underWay = 0;
  let most = 0;
  const results = await inTurn([3, 1, 2, 0], 2, async (item, index) => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    underWay -= 1;
    return item * 10 + index;
  });
  expect(results).toEqual([30, 11, 22, 3]);
  expect(most).toBe(2);
});

it('fails as the first that fails', async () => {
  await expect(inTurn([1, 2], 1, (item) => Promise.reject(new Error(`no ${item}`)))).rejects.toThrow('no 1');
});
