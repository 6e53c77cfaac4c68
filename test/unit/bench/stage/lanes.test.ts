import { setImmediate as nextTick, setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPace, inLanes, secondsOf } from '../../../../bench/stage/lanes.ts';

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

it('gives turns at a pace', async () => {
  const nextTurn = createPace(100);
  const turns = () => Promise.all([nextTurn(), nextTurn(), nextTurn(), nextTurn()]).then(() => undefined);
  expect(await secondsOf(turns)).toBeGreaterThan(0.025);
});

it.each([
  { it: 'gives the first turn at once', perSecond: 1, turns: 1 },
  { it: 'gives all turns at once when no pace is asked for', perSecond: Number.POSITIVE_INFINITY, turns: 100 },
])('$it', async ({ perSecond, turns }) => {
  const nextTurn = createPace(perSecond);
  const given = Promise.all(Array.from({ length: turns }, nextTurn)).then(() => 'given');
  expect(await Promise.race([given, nextTick().then(() => 'waited for')])).toBe('given');
});

it('does not make up for turns that nobody asked for', async () => {
  const nextTurn = createPace(50);
  await sleep(100);
  expect(await secondsOf(() => Promise.all([nextTurn(), nextTurn()]).then(() => undefined))).toBeGreaterThan(0.015);
});
