import type { Clock } from '../ports/clock.ts';

/** The longest delay that a Node timer keeps; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  after(afterMs, run) {
    const timer = setTimeout(run, Math.min(afterMs, LONGEST_DELAY_MS)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
