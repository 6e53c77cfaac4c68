import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPace, inLanes, secondsOf } from '../../../bench/lanes.ts';

it('works on each item once, in order, on no more at a time than there are lanes', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await inLanes([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    started.push(item);
    running += 1;
    most = Math.max(most, running);
    await sleep(1);
    running -= 1;
  });
  expect(started).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

it('fails with the first failure', async () => {
  const work = (item: number) => (item === 2 ? Promise.reject(new Error('no')) : Promise.resolve());
  await expect(inLanes([1, 2, 3], 2, work)).rejects.toThrow('no');
});

it('measures how long work takes, in seconds', async () => {
  const seconds = await secondsOf(() => sleep(20));
  expect(seconds).toBeGreaterThan(0.015);
  expect(seconds).toBeLessThan(10);
});

it.each([
  { it: 'gives turns at a pace, the first at once', perSecond: 100, least: 0.028, most: 10 },
  { it: 'gives all turns at once when none is asked for', perSecond: Number.POSITIVE_INFINITY, least: 0, most: 10 },
])('$it', async ({ perSecond, least, most }) => {
  const nextTurn = createPace(perSecond);
  const seconds = await secondsOf(async () => {
    await Promise.all([nextTurn(), nextTurn(), nextTurn(), nextTurn()]);
  });
  expect(seconds).toBeGreaterThanOrEqual(least);
  expect(seconds).toBeLessThan(most);
});

it('does not make up for turns that nobody asked for', async () => {
  const nextTurn = createPace(50);
  await sleep(100);
  expect(await secondsOf(() => Promise.all([nextTurn(), nextTurn()]).then(() => undefined))).toBeGreaterThan(0.015);
});
