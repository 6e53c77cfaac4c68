/** What became of a task. */
export type Worked<Result> =
  | { kind: 'done'; result: Result }
  /** It needs more time or memory than it may have; `why` ends a sentence, and is the same for the same limits. */
  | { kind: 'gaveUp'; why: string };

/**
 * Work that may take long, done where it holds nobody else up, within a bounded time and memory. Tasks and results are plain
 * data. Rejects with the signal's reason once that has aborted.
 */
export type BoundedWork<Task, Result> = (task: Task, options: { signal: AbortSignal }) => Promise<Worked<Result>>;
