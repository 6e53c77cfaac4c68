import type { Clock, Timer } from '../../src/ports/clock.ts';

interface Pending {
  dueMs: number;
  run: () => void;
}

/** Time that moves only when a test says so. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  readonly #startMs: number;
  readonly #pending = new Set<Pending>();

  constructor(start = '2026-01-01T00:00:00.000Z') {
    this.#startMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#startMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  after(afterMs: number, run: () => void): Timer {
    const pending: Pending = { dueMs: this.#elapsedMs + Math.max(0, afterMs), run };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** How many timers are set: for tests that look for leaks. */
  get timers(): number {
    return this.#pending.size;
  }

  /** When the next timer is due, from now; `undefined`: none is set. */
  get nextTimerMs(): number | undefined {
    const next = this.#next();
    return next && Math.max(0, next.dueMs - this.#elapsedMs);
  }

  /** Lets `ms` pass: timers run when they are due, in order, and what they started runs as far as it can. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await settle();
    for (let next = this.#next(); next !== undefined && next.dueMs <= endMs; next = this.#next()) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      this.#pending.delete(next);
      next.run();
      await settle();
    }
    this.#elapsedMs = endMs;
  }

  /** A process that was stopped: time has passed and no timer ran. `advance(0)` then runs what is overdue. */
  jump(ms: number): void {
    this.#elapsedMs += ms;
  }

  #next(): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) if (first === undefined || pending.dueMs < first.dueMs) first = pending;
    return first;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
