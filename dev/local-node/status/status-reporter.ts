import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../src/ports/clock.ts';
import { Fault } from '../../../src/ports/fault.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Pod, PodStatus } from '../pod.ts';
import type { PodApi } from '../pod-api.ts';
import { sleep } from '../sleep.ts';
import { coalesce } from './latest.ts';
import { type PodFacts, reportPod } from './status.ts';

export interface ReporterContext {
  api: Pick<PodApi, 'writeStatus'>;
  clock: Clock;
  log: Log;
  /** Wait before a write that failed is tried again. */
  retryMs: number;
}

/** After a conflict, the watch brings the newest object within milliseconds. */
const CONFLICT_RETRY_MS = 20;

/** Keeps the status of one pod's object equal to the facts, with as few writes as it takes. */
export class StatusReporter {
  readonly #context: ReporterContext;
  readonly #readFacts: () => PodFacts;
  readonly #closed = new AbortController();
  #pod: Pod;
  #written: PodStatus | undefined;

  constructor(pod: Pod, readFacts: () => PodFacts, context: ReporterContext) {
    this.#pod = pod;
    this.#readFacts = readFacts;
    this.#context = context;
  }

  /** The newest object that was seen. */
  get pod(): Pod {
    return this.#pod;
  }

  update(pod: Pod): void {
    this.#pod = pod;
  }

  /** Nothing is written any more. */
  close(): void {
    this.#closed.abort();
  }

  /** Writes the status if it differs from what was last written; resolves once the newest facts are written or refused. */
  readonly report = coalesce(async () => {
    for (;;) {
      const { clock } = this.#context;
      const status = reportPod(this.#pod, this.#readFacts(), this.#written?.conditions, clock.now());
      if (this.#closed.signal.aborted || isDeepStrictEqual(status, this.#written)) return;
      const againMs = await this.#write(status);
      if (againMs !== undefined) await sleep(clock, againMs, this.#closed.signal);
    }
  });

  /** When to try again; undefined: there is no point. */
  async #write(status: PodStatus): Promise<number | undefined> {
    const { api, log, retryMs } = this.#context;
    try {
      await api.writeStatus(this.#pod, status);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'conflict') return CONFLICT_RETRY_MS;
      log.warn('cannot write the status of a pod', { error: error.message });
      // The same status would be refused again: the next change makes another.
      if (error.kind !== 'rejected') return retryMs;
    }
    this.#written = status;
    return undefined;
  }
}
