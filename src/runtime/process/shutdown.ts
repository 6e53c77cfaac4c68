import { withDeadline } from '../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** One part of going down, such as "controllers" or "connections to Kafka". */
export interface ShutdownStep {
  name: string;
  run(): Promise<void>;
}

/**
 * Runs the steps in order, all within `withinMs`. A step that fails or does not end is named in the log and does not
 * keep the others from being tried. Returns whether all ended well.
 */
export async function shutDown(
  steps: readonly ShutdownStep[],
  { clock, log, withinMs }: { clock: Clock; log: Log; withinMs: number },
): Promise<boolean> {
  const endMs = clock.monotonicMs() + withinMs;
  let clean = true;
  for (const step of steps) {
    const leftMs = Math.max(0, endMs - clock.monotonicMs());
    const late = () => new Error(`not ended within ${withinMs} ms`);
    try {
      await withDeadline({ clock, ms: leftMs, late }, () => step.run());
    } catch (cause) {
      clean = false;
      log.error('could not shut down in order', { step: step.name, error: String(cause) });
    }
  }
  return clean;
}
