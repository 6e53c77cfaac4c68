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

/** A call with a second to answer; `answer` ends it, and `signals` has the signal that it was made with. */
function makeCall(stop = new AbortController()) {
  const clock = new FakeClock();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const result = withDeadline({ clock, ms: 1_000, late, signal: stop.signal }, (signal) => {
    signals.push(signal);
    return promise;
  });
  return { clock, stop, signals, answer: resolve, fail: reject, result };
}

test('a call within its deadline answers, and is left alone afterwards', async () => {
  const { clock, stop, signals, answer, result } = makeCall();
  answer('here');
  expect(await result).toBe('here');
  expect(clock.timers).toBe(0);
  stop.abort();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

test('a call that fails within its deadline fails as itself, and leaves no timer', async () => {
  const { clock, fail, result } = makeCall();
  fail(new Error('broken'));
  await expect(result).rejects.toThrow('broken');
  expect(clock.timers).toBe(0);
});

test('a call that throws before it waits fails in the same way', async () => {
  const call = () => {
    throw new Error('broken');
  };
  await expect(withDeadline({ clock: new FakeClock(), ms: 1_000, late }, call)).rejects.toThrow('broken');
});

test('a call past its deadline is called off and is late, even when it does not listen', async () => {
  const { clock, signals, result } = makeCall();
  const outcome = expect(result).rejects.toThrow('late');
  await clock.advance(999);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  await clock.advance(1);
  await outcome;
  expect(signals.map(({ aborted, reason }) => ({ aborted, reason }))).toEqual([{ aborted: true, reason: late() }]);
});

test('a call past its deadline is late, whatever it makes of that itself', async () => {
  const clock = new FakeClock();
  const call = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('its own'))));
  const outcome = expect(withDeadline({ clock, ms: 1_000, late }, call)).rejects.toThrow('late');
  await clock.advance(1_000);
  await outcome;
});

test('a call that is given up is called off for that reason, and leaves no timer', async () => {
  const { clock, stop, signals, result } = makeCall();
  stop.abort(new Error('not wanted'));
  await expect(result).rejects.toThrow('not wanted');
  expect({ aborted: signals[0]?.aborted, timers: clock.timers }).toEqual({ aborted: true, timers: 0 });
});

test('a call that was given up before is not made', async () => {
  const stop = new AbortController();
  stop.abort(new Error('not wanted'));
  const { clock, signals, result } = makeCall(stop);
  await expect(result).rejects.toThrow('not wanted');
  expect({ signals, timers: clock.timers }).toEqual({ signals: [], timers: 0 });
});
