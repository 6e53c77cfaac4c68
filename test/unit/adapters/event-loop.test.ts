import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { watchEventLoop } from '../../../src/adapters/event-loop.ts';
import type { Metrics } from '../../../src/ports/metrics.ts';

/** What is observed while `work` runs, in seconds. */
async function observedDuring(work: () => void | Promise<void>): Promise<readonly number[]> {
  const seen: number[] = [];
  const metrics: Pick<Metrics, 'histogram'> = { histogram: () => ({ observe: (seconds) => void seen.push(seconds) }) };
  onTestFinished(watchEventLoop(metrics as Metrics));
  await pause(50);
  await work();
  await pause(100);
  return seen;
}

it('measures how long our own work keeps the event loop from turning', async () => {
  const seen = await observedDuring(() => {
    const startUs = process.threadCpuUsage().user;
    while (process.threadCpuUsage().user - startUs < 300_000);
  });
  expect(Math.max(...seen)).toBeGreaterThan(0.25);
});

it('does not count the time in which this thread does not run', async () => {
  const seen = await observedDuring(() => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  });
  expect(Math.max(...seen)).toBeLessThan(0.1);
});
