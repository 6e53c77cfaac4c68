import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { sleep } from '../../../src/base/time.ts';

describe('the system clock', () => {
  it('takes as long as it was asked, and a cancelled timer does not run', async () => {
    const startMs = systemClock.monotonicMs();
    let ran = false;
    systemClock
      .after(1, () => {
        ran = true;
      })
      .cancel();
    await sleep(systemClock, 20, new AbortController().signal);
    expect(systemClock.monotonicMs() - startMs).toBeGreaterThanOrEqual(19);
    expect(ran).toBe(false);
  });

  it('waits, too, for longer than a timer of the platform can', async () => {
    let ran = false;
    const timer = systemClock.after(2 ** 40, () => {
      ran = true;
    });
    await sleep(systemClock, 20, new AbortController().signal);
    timer.cancel();
    expect(ran).toBe(false);
  });
});
