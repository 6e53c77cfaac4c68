/** What is needed of a clock here. */
interface Timers {
  after(afterMs: number, run: () => void): { cancel(): void };
}

/** Resolves once `signal` has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Aborts `target` when `source` aborts, with the same reason. Returns how to stop that. */
export function forwardAbort(source: AbortSignal, target: AbortController): () => void {
  const abort = () => target.abort(source.reason);
  if (source.aborted) abort();
  else source.addEventListener('abort', abort, { once: true });
  return () => source.removeEventListener('abort', abort);
}

/** What `promise` becomes, or the signal's reason if that aborts before. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Resolves after `ms`, or at once when `signal` aborts. Leaves no timer behind. */
export function sleep(clock: Timers, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

export interface Deadline {
  clock: Timers;
  ms: number;
  /** What the call fails with then. */
  late: () => Error;
  /** Ends the call sooner; it then fails with the signal's reason. Absent: nobody gives it up. */
  signal?: AbortSignal;
}

/**
 * Makes a call under a signal that aborts at the deadline. Rejects in that moment, even when the call does not listen.
 * A call that was given up before is not made. The listener goes with the call, because the caller's signal often lives
 * as long as the process.
 */
export async function withDeadline<T>(
  { clock, ms, late, signal }: Deadline,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const inner = new AbortController();
  const unlink = signal && forwardAbort(signal, inner);
  const timer = clock.after(ms, () => inner.abort(late()));
  try {
    return await new Promise<T>((resolve, reject) => {
      // Registered before the listeners of the call: what that makes of its own end does not count.
      inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
      call(inner.signal).then(resolve, reject);
    });
  } finally {
    timer.cancel();
    unlink?.();
  }
}
