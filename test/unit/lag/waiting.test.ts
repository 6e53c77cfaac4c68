import { describe, expect, it } from 'vitest';
import { pause, within } from '../../../src/lag/waiting.ts';
import { FakeClock, settle } from '../../fakes/fake-clock.ts';

/** A call with two and a half seconds to answer; `answer` ends it. */
function createCall(stop = new AbortController()) {
  const clock = new FakeClock();
  const { promise, resolve } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const result = within(clock, 2_500, stop.signal, (until) => {
    signals.push(until);
    return promise;
  });
  return { clock, stop, signals, answer: resolve, result };
}

describe('a call that has only so long', () => {
  it('answers what was answered, and is left alone afterwards', async () => {
    const { clock, stop, signals, answer, result } = createCall();
    answer('here');
    expect(await result).toBe('here');
    await settle();
    expect(clock.timers).toBe(0);
    stop.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is told to end when its time is up, and the fault says how long that was', async () => {
    const { clock, signals, result } = createCall();
    const refused = expect(result).rejects.toMatchObject({ code: 'TIMEOUT', message: 'no answer within 2.5 s' });
    await clock.advance(2_499);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await clock.advance(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await refused;
  });

  it('is not made at all once nobody wants it', async () => {
    const stop = new AbortController();
    stop.abort();
    const { clock, signals, result } = createCall(stop);
    const refused = expect(result).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect({ signals, timers: clock.timers }).toEqual({ signals: [], timers: 0 });
    await refused;
  });
});

it('a pause that nobody wants any more is over at once', async () => {
  const clock = new FakeClock();
  await pause(clock, 1_000, AbortSignal.abort());
  expect(clock.timers).toBe(0);
});
