import type { Clock } from '../../src/ports/clock.ts';
import { Fault } from '../../src/ports/fault.ts';
import type { Log } from '../../src/ports/log.ts';
import { sleep } from './sleep.ts';

/**
 * Makes an API call again until it is done, until the answer says that the object is gone or not what it was (the watch
 * shows what it is), or until `signal` aborts. A refusal is logged and final.
 */
export async function persist(
  call: () => Promise<void>,
  context: { clock: Clock; log: Log; retryMs: number },
  signal: AbortSignal,
): Promise<void> {
  do {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'conflict' || error.code === '404' || signal.aborted) return;
      context.log.warn('an API call failed', { error: error.message });
      if (error.kind === 'rejected') return;
    }
  } while (await sleep(context.clock, context.retryMs, signal));
}
