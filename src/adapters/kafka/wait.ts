import type { Clock } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';

/** Settles as `work` does, or rejects with what `expire` returns once `ms` have passed. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, expire: () => Fault): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(expire()));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** Settles as `work` does, or rejects as soon as the caller gives up; the work itself goes on for the others. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(abortFault(signal));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Ends after `ms`, or rejects as soon as the caller gives up. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return unlessAborted(signal, new Promise((resolve) => void clock.after(ms, resolve)));
}

export function abortFault(signal: AbortSignal): Fault {
  return new Fault('kafka', 'unavailable', 'the call was given up by its caller', {
    code: 'ABORTED',
    cause: signal.reason,
  });
}
