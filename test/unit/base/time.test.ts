import { expect, test } from 'vitest';
import { aborted, sleep, withDeadline } from '../../../src/base/time.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const late = () => new Error('late');

test('sleep ends when its time has passed', async () => {
  const clock = new FakeClock();
  let awake = false;
  const sleeping = sleep(clock, 1_000, new AbortController().signal).then(() => {
    awake = true;
  });
  await clock.advance(999);
  expect(awake).toBe(false);
  await clock.advance(1);
  await sleeping;
});

test('sleep ends when it is called off, and leaves no timer', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const sleeping = sleep(clock, 1_000, stop.signal);
  stop.abort();
  await sleeping;
  expect(clock.timers).toBe(0);
});

test('sleep that is called off before does not begin', async () => {
  const clock = new FakeClock();
  await sleep(clock, 1_000, AbortSignal.abort());
  expect(clock.timers).toBe(0);
});

test('aborted resolves for what has aborted before', async () => {
  await aborted(AbortSignal.abort());
});

test('a call within its deadline answers, and leaves no timer', async () => {
  const clock = new FakeClock();
  expect(await withDeadline(clock, 1_000, late, async () => 'answer')).toBe('answer');
  expect(clock.timers).toBe(0);
});

test('a call that fails within its deadline fails as itself', async () => {
  const call = () => Promise.reject(new Error('broken'));
  await expect(withDeadline(new FakeClock(), 1_000, late, call)).rejects.toThrow('broken');
});

test('a call past its deadline is called off and is late, even when it does not listen', async () => {
  const clock = new FakeClock();
  let calledOff = false;
  const call = (signal: AbortSignal) => {
    signal.addEventListener('abort', () => {
      calledOff = true;
    });
    return new Promise(() => {});
  };
  const outcome = expect(withDeadline(clock, 1_000, late, call)).rejects.toThrow('late');
  await clock.advance(1_000);
  await outcome;
  expect(calledOff).toBe(true);
});
