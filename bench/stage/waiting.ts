import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 50;

/** Resolves once `check` returns true; throws an Error that says `problem` when it does not within `withinMs`. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  withinMs: number,
  problem: string,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > deadlineMs) throw new Error(`${problem} after ${withinMs / 1_000} s`);
    await sleep(POLL_MS);
  }
}
