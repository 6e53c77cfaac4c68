import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When the next record is done, in milliseconds: one turn of `turnMs` after the one before, or after now if the worker was idle.
 * A record that comes up to half a turn late still counts as on time; otherwise the round trips between records would
 * lower the rate.
 */
export function nextDueMs(previousDueMs: number, nowMs: number, turnMs: number): number {
  return Math.max(previousDueMs, nowMs - turnMs / 2) + turnMs;
}

/** Simulated service time: each call takes its turn of 1/`ratePerSecond`. A rate of 0 does not wait at all. */
export function createPace(ratePerSecond: number): () => Promise<void> {
  if (ratePerSecond === 0) return async () => {};
  const turnMs = 1000 / ratePerSecond;
  let dueMs = 0;
  return async () => {
    dueMs = nextDueMs(dueMs, performance.now(), turnMs);
    await sleep(dueMs - performance.now());
  };
}
