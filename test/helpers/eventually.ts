export interface EventuallyOptions {
  /** Milliseconds until the last failure of the check is thrown. */
  within: number;
  everyMs?: number;
}

/**
 * Repeats `check` until it does not throw, and returns what it returned.
 * Throws the last failure once `within` has passed, so that the message says what was still wrong.
 */
export async function eventually<T>(check: () => T | Promise<T>, options: EventuallyOptions): Promise<T> {
  const startMs = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (failure) {
      if (performance.now() - startMs >= options.within) throw failure;
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 50));
  }
}
