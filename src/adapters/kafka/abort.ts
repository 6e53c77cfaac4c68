import { Fault } from '../../ports/fault.ts';

/** Settles as `work` does, or rejects as soon as the caller gives up; the work itself goes on for the others. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(abortFault(signal));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

export function abortFault(signal: AbortSignal): Fault {
  return new Fault('kafka', 'unavailable', 'the call was given up by its caller', {
    code: 'ABORTED',
    cause: signal.reason,
  });
}
