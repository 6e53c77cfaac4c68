import type { Clock } from '../ports/clock.ts';
import { Fault } from '../ports/fault.ts';

/** Resolves after `ms`, or at once when `signal` aborts. Leaves no timer behind. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const forget = whenOver(clock, ms, signal, () => {
      forget();
      resolve();
    });
  });
}

/**
 * What `call` answers, or a Fault once `ms` have passed or `signal` aborts; the signal that `call` got is then aborted.
 * Does not wait for a call that ignores its signal.
 */
export function within<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  call: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const until = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => {
      forget();
      until.abort();
      reject(new Fault('kafka', 'unavailable', `no answer within ${ms / 1000} s`, { code: 'TIMEOUT' }));
    };
    const forget = whenOver(clock, ms, signal, giveUp);
    if (signal.aborted) return giveUp();
    call(until.signal).then(resolve, reject).finally(forget);
  });
}

/** Runs `over` later: when time is up, or when `signal` aborts. Answers how to forget about both. */
function whenOver(clock: Clock, ms: number, signal: AbortSignal, over: () => void): () => void {
  const timer = clock.after(ms, over);
  signal.addEventListener('abort', over);
  return () => {
    timer.cancel();
    signal.removeEventListener('abort', over);
  };
}
