import { setTimeout as sleep } from 'node:timers/promises';

/** Works on all items, at most `lanes` at a time, in order of their start. */
export async function inLanes<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** How many seconds `work` takes. */
export async function secondsOf(work: () => Promise<void>): Promise<number> {
  const sinceMs = performance.now();
  await work();
  return (performance.now() - sinceMs) / 1_000;
}

/** Each call resolves when its turn comes: `perSecond` of them in a second, or at once when that is infinite. */
export function createPace(perSecond: number): () => Promise<void> {
  let nextMs = performance.now();
  return async () => {
    const nowMs = performance.now();
    const dueMs = Math.max(nextMs, nowMs);
    nextMs = dueMs + 1_000 / perSecond;
    if (dueMs > nowMs) await sleep(dueMs - nowMs);
  };
}
