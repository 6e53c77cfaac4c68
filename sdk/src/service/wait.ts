import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { HealthReport } from './health.ts';

const REMIND_EVERY_MS = 30_000;

export interface Waiting {
  readonly log: Logger;
  readonly health: HealthReport;
  readonly signal: AbortSignal;
  /** 1,000 if absent. */
  readonly lookAgainMs?: number;
}

/**
 * Calls `look` again and again until it resolves, and gives its value. Meanwhile the service is alive but not ready, and says what it
 * waits for: once, again when the reason changes, and every 30 s. Rejects only when `signal` is aborted.
 */
export async function waitFor<T>(what: string, look: () => Promise<T>, context: Waiting): Promise<T> {
  const { log, health, signal, lookAgainMs = 1_000 } = context;
  health.missing(what);
  let reported = { reason: '', atMs: 0 };
  for (;;) {
    signal.throwIfAborted();
    health.beat();
    const result = await look().then(
      (value) => ({ value }),
      (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
    );
    if ('value' in result) {
      if (reported.reason) log.info(`found ${what}`);
      health.found(what);
      return result.value;
    }
    if (result.reason !== reported.reason || performance.now() - reported.atMs > REMIND_EVERY_MS) {
      log.warn({ reason: result.reason }, `waiting for ${what}`);
      reported = { reason: result.reason, atMs: performance.now() };
    }
    await sleep(lookAgainMs, undefined, { signal });
  }
}
