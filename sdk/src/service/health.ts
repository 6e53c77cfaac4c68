/** A service that has not polled its brokers for this long is restarted. */
const SILENCE_LIMIT_MS = 30_000;

export interface Check {
  readonly ok: boolean;
  /** For the person who reads the probe's answer. */
  readonly message: string;
}

/** How parts of a service report to its health. */
export type HealthReport = Pick<Health, 'beat' | 'missing' | 'found'>;

/**
 * What the probes answer. Alive: something was heard of lately (a poll, work that goes on, a look for what is still missing), so that
 * a consumer that hangs is restarted and one that waits for its topic is not. Ready: nothing is missing.
 */
export class Health {
  readonly #nowMs: () => number;
  readonly #missing = new Set<string>();
  #lastSignMs: number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#lastSignMs = nowMs();
  }

  /** A sign of life. */
  beat(): void {
    this.#lastSignMs = this.#nowMs();
  }

  missing(what: string): void {
    this.#missing.add(what);
  }

  found(what: string): void {
    this.#missing.delete(what);
  }

  liveness(): Check {
    const silentMs = this.#nowMs() - this.#lastSignMs;
    return { ok: silentMs < SILENCE_LIMIT_MS, message: `last sign of life ${(silentMs / 1000).toFixed(1)} s ago` };
  }

  readiness(): Check {
    if (this.#missing.size === 0) return { ok: true, message: 'ready' };
    return { ok: false, message: `waiting for ${[...this.#missing].sort().join(', ')}` };
  }
}
