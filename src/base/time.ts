/** What is needed of a clock here. */
interface Timers {
  after(afterMs: number, run: () => void): { cancel(): void };
}

/** Resolves once `signal` has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Resolves after `ms`, or at once when `signal` aborts. */
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

/**
 * Runs `call` with a signal that aborts after `ms`, and rejects with `late` then, even when the call does not listen.
 */
export async function withDeadline<T>(
  clock: Timers,
  ms: number,
  late: () => Error,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const expired = Promise.withResolvers<never>();
  const timer = clock.after(ms, () => {
    controller.abort();
    expired.reject(late());
  });
  try {
    return await Promise.race([call(controller.signal), expired.promise]);
  } finally {
    timer.cancel();
  }
}
