import { Worker } from 'node:worker_threads';
import type { BoundedWork, Worked } from '../../base/bounded-work.ts';
import { orAbort, withDeadline } from '../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';

export interface WorkSettings {
  /** The module that the thread runs, which calls `serveWork`. */
  file: URL;
  clock: Clock;
  /** For one task, with the start of the thread where it needs one. */
  withinMs: number;
  megabytes: number;
  /** A thread that nobody asks for so long ends, and its memory is free again. */
  idleMs: number;
}

/**
 * One thread, which is started for the first task and takes them in turn. A task that needs too much costs the thread; the
 * next one gets another.
 */
export function createBoundedWork<Task, Result>(settings: WorkSettings): BoundedWork<Task, Result> {
  const thread = new WorkerThread<Task, Result>(settings);
  let last: Promise<unknown> = Promise.resolve();
  return async (task, { signal }) => {
    const before = last;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    last = before.then(() => ended);
    try {
      await orAbort(before, signal);
      return await thread.run(task, signal);
    } finally {
      end();
    }
  };
}

class TooLong extends Error {}

class WorkerThread<Task, Result> {
  readonly #settings: WorkSettings;
  #worker: Worker | undefined;
  #idle = { cancel() {} };

  constructor(settings: WorkSettings) {
    this.#settings = settings;
  }

  async run(task: Task, signal: AbortSignal): Promise<Worked<Result>> {
    this.#idle.cancel();
    const { clock, withinMs, idleMs } = this.#settings;
    const worker = this.#started();
    try {
      const deadline = { clock, ms: withinMs, late: () => new TooLong(), signal };
      return await withDeadline(deadline, () => this.#answerOf(worker, task));
    } catch (error) {
      this.#end(worker);
      if (error instanceof TooLong) return { kind: 'gaveUp', why: `it takes more than ${withinMs / 1_000} s` };
      throw error;
    } finally {
      this.#idle = clock.after(idleMs, () => this.#end(worker));
    }
  }

  /** It keeps no process alive. */
  #started(): Worker {
    const { file, megabytes } = this.#settings;
    this.#worker ??= new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    this.#worker.unref();
    return this.#worker;
  }

  #answerOf(worker: Worker, task: Task): Promise<Worked<Result>> {
    return new Promise((resolve) => {
      const settle = (worked: Worked<Result>) => {
        worker.off('message', answer).off('error', fail);
        resolve(worked);
      };
      const answer = (result: Result) => settle({ kind: 'done', result });
      const fail = (error: Error) => {
        this.#end(worker);
        settle({ kind: 'gaveUp', why: whyOf(error, this.#settings) });
      };
      worker.on('message', answer).on('error', fail);
      worker.postMessage(task);
    });
  }

  #end(worker: Worker): void {
    void worker.terminate();
    if (this.#worker === worker) this.#worker = undefined;
  }
}

/** What ends a thread is too much memory, or a bug of ours, which is no reason to wait for ever. */
function whyOf(error: Error, { megabytes }: WorkSettings): string {
  const isTooMuch = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isTooMuch ? `it takes more than ${megabytes} MB of memory` : `it failed, which is a bug: ${error.message}`;
}
