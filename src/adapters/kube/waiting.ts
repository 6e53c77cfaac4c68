import type { Clock } from '../../ports/clock.ts';

/** Aborts `target` when `source` aborts, with the same reason. Returns how to stop that. */
export function forwardAbort(source: AbortSignal, target: AbortController): () => void {
  const abort = () => target.abort(source.reason);
  if (source.aborted) abort();
  else source.addEventListener('abort', abort, { once: true });
  return () => source.removeEventListener('abort', abort);
}

/**
 * Does `work` under a signal that aborts with `outer`, or with `expired()` after `ms`.
 * Rejects at that moment with the signal's reason, even if `work` does not listen.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal,
  expired: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const unlink = forwardAbort(outer, inner);
  const timer = clock.after(ms, () => inner.abort(expired()));
  try {
    inner.signal.throwIfAborted();
    return await Promise.race([work(inner.signal), abortOf(inner.signal)]);
  } finally {
    timer.cancel();
    unlink();
  }
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
