import { describe, expect, it } from 'vitest';
import { pause, within } from '../../../../src/adapters/kube/waiting.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { testSignal } from './parts.ts';

describe('waiting', () => {
  it('ends work that does not listen when its time is over', async () => {
    const clock = new FakeClock();
    const work = within(
      clock,
      100,
      testSignal(),
      () => new Error('late'),
      () => new Promise(() => {}),
    );
    const ended = expect(work).rejects.toThrow('late');
    await clock.advance(100);
    await ended;
  });

  it('leaves no timer behind', async () => {
    const clock = new FakeClock();
    expect(
      await within(
        clock,
        100,
        testSignal(),
        () => new Error('late'),
        async () => 'done',
      ),
    ).toBe('done');
    expect(clock.timers).toBe(0);
    const caller = new AbortController();
    const paused = pause(clock, 100, caller.signal);
    caller.abort();
    await paused;
    await pause(clock, 100, caller.signal);
    expect(clock.timers).toBe(0);
  });
});
