import type { Clock, Timer } from '../ports/clock.ts';
import type { ObjectKey } from '../ports/kube.ts';
import { namespaceOf } from './key.ts';

export interface WorkQueueOptions {
  clock: Clock;
  /** How many keys are worked on at once. */
  workers: number;
  /** Works on one key. Must not reject. */
  work: (key: ObjectKey) => Promise<void>;
}

/**
 * Keys to look at. A key waits once however often it is added, runs alone, and runs again if it was added meanwhile.
 * Namespaces take turns, so that a thousand keys of one do not hold up the single key of another.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #workers: number;
  readonly #work: (key: ObjectKey) => Promise<void>;
  /** Namespace → key → since when it waits. The first namespace is next; a Map keeps the order of insertion. */
  readonly #ready = new Map<string, Map<ObjectKey, number>>();
  readonly #later = new Map<ObjectKey, { dueMs: number; timer: Timer }>();
  readonly #running = new Set<ObjectKey>();
  readonly #touched = new Set<ObjectKey>();
  readonly #failures = new Map<ObjectKey, number>();
  readonly #drained = Promise.withResolvers<void>();
  #closed = false;
  #starting = false;

  constructor({ clock, workers, work }: WorkQueueOptions) {
    this.#clock = clock;
    this.#workers = workers;
    this.#work = work;
  }

  /** Looks at `key` as soon as its turn comes. */
  add(key: ObjectKey): void {
    if (this.#closed) return;
    if (this.#running.has(key)) this.#touched.add(key);
    else this.#enqueue(key);
  }

  /** Looks at `key` after `afterMs`, or earlier where it is due earlier anyway. Each start of work clears what was set. */
  addAfter(key: ObjectKey, afterMs: number): void {
    if (this.#closed) return;
    const dueMs = this.#clock.monotonicMs() + afterMs;
    const set = this.#later.get(key);
    if (set !== undefined && set.dueMs <= dueMs) return;
    set?.timer.cancel();
    const timer = this.#clock.after(afterMs, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { dueMs, timer });
  }

  /** Answers how often `key` has failed in a row, this time included. */
  countFailure(key: ObjectKey): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return failures;
  }

  clearFailures(key: ObjectKey): void {
    this.#failures.delete(key);
  }

  /** How many keys wait for their turn now. */
  get depth(): number {
    let depth = 0;
    for (const keys of this.#ready.values()) depth += keys.size;
    return depth;
  }

  get running(): number {
    return this.#running.size;
  }

  /** How long the key that waits longest has waited for its turn; 0 when none waits. */
  get oldestMs(): number {
    const now = this.#clock.monotonicMs();
    let oldest = now;
    for (const keys of this.#ready.values()) {
      const [first] = keys.values();
      oldest = Math.min(oldest, first ?? now);
    }
    return now - oldest;
  }

  /** Starts no more work; resolves when the running work has ended. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#later.values()) timer.cancel();
    this.#later.clear();
    this.#ready.clear();
    if (this.#running.size === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  #enqueue(key: ObjectKey): void {
    const namespace = namespaceOf(key);
    const keys = this.#ready.get(namespace) ?? new Map<ObjectKey, number>();
    if (keys.has(key)) return;
    keys.set(key, this.#clock.monotonicMs());
    this.#ready.set(namespace, keys);
    this.#startSoon();
  }

  /** Not at once: a burst of keys is seen whole before turns are given, and `add` never runs a caller's round inside it. */
  #startSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    queueMicrotask(() => {
      this.#starting = false;
      while (this.#running.size < this.#workers) {
        const key = this.#take();
        if (key === undefined) return;
        void this.#run(key);
      }
    });
  }

  #take(): ObjectKey | undefined {
    const [turn] = this.#ready;
    if (turn === undefined) return undefined;
    const [namespace, keys] = turn;
    const [key] = keys.keys();
    if (key === undefined) return undefined;
    keys.delete(key);
    this.#ready.delete(namespace);
    if (keys.size > 0) this.#ready.set(namespace, keys);
    return key;
  }

  async #run(key: ObjectKey): Promise<void> {
    this.#later.get(key)?.timer.cancel();
    this.#later.delete(key);
    this.#running.add(key);
    await this.#work(key);
    this.#running.delete(key);
    if (this.#closed && this.#running.size === 0) this.#drained.resolve();
    if (this.#touched.delete(key)) this.add(key);
    this.#startSoon();
  }
}
