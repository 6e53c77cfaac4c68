import type { Clock } from '../../src/ports/clock.ts';

/** Resolves to true after that time, or to false as soon as `signal` aborts. Never rejects. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onAbort = () => {
    timer.cancel();
    resolve(false);
  };
  const timer = clock.after(Math.max(ms, 0), () => {
    signal.removeEventListener('abort', onAbort);
    resolve(true);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
