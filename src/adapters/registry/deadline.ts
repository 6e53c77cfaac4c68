/** What a piece of work fails with that took longer than it may. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  readonly code = 'DEADLINE';
}

/**
 * Runs `run` with a signal that aborts after `timeoutMs`, with `DeadlinePassed`, or when `signal` does, with its
 * reason; either is then what the work fails with.
 * The listener goes with the work, because the caller's signal often lives as long as the process.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const call = new AbortController();
  const follow = () => call.abort(signal.reason);
  const timer = setTimeout(() => call.abort(new DeadlinePassed()), timeoutMs);
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();
  try {
    return await run(call.signal);
  } catch (error) {
    throw call.signal.aborted ? call.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', follow);
  }
}
