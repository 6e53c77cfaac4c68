import type { Clock, Timer } from '../../ports/clock.ts';
import type { ObjectKey } from '../../ports/kube.ts';
import { Lane } from './lane.ts';

export interface WorkQueueOptions {
  clock: Clock;
  /** How many keys are worked on at once. */
  workers: number;
  /** How many keys of a sweep are worked on besides; as many, if not given. */
  sweepWorkers?: number;
  /** Works on one key. Must not reject. */
  work: (key: ObjectKey) => Promise<void>;
}

/**
 * Keys to look at. A key waits once however often it is added, runs alone, and runs again if it was added meanwhile.
 * Namespaces take turns, so that a thousand keys of one do not hold up the single key of another. What is swept has
 * workers of its own, so that looking for drift holds up no change.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #work: (key: ObjectKey) => Promise<void>;
  readonly #changes: Lane;
  readonly #sweep: Lane;
  readonly #lanes: readonly Lane[];
  readonly #later = new Map<ObjectKey, { dueMs: number; timer: Timer }>();
  readonly #running = new Set<ObjectKey>();
  readonly #touched = new Set<ObjectKey>();
  readonly #failures = new Map<ObjectKey, number>();
  /** Keys that an event brought back before the look that was set for them was due. */
  readonly #early = new Set<ObjectKey>();
  readonly #drained = Promise.withResolvers<void>();
  #closed = false;
  #starting = false;

  constructor({ clock, workers, sweepWorkers = workers, work }: WorkQueueOptions) {
    this.#clock = clock;
    this.#work = work;
    this.#changes = new Lane(workers);
    this.#sweep = new Lane(sweepWorkers);
    this.#lanes = [this.#changes, this.#sweep];
  }

  /** Looks at `key` as soon as its turn comes. */
  add(key: ObjectKey): void {
    this.#enqueue(key, this.#changes);
  }

  /** Looks at `key` after `afterMs`, or earlier where it is due earlier anyway. Each start of work clears what was set. */
  addAfter(key: ObjectKey, afterMs: number): void {
    this.#enqueueAfter(key, afterMs, this.#changes);
  }

  /** The same for a look that nothing asks for: it is made by the workers of the sweep. */
  sweepAfter(key: ObjectKey, afterMs: number): void {
    this.#enqueueAfter(key, afterMs, this.#sweep);
  }

  /**
   * Returns how often `key` has failed in a row, this time included. A look that an event brought on before its time
   * adds nothing: many events in a second would else make the next look wait for minutes.
   */
  countFailure(key: ObjectKey): number {
    const before = this.#failures.get(key) ?? 0;
    const failures = this.#early.has(key) ? Math.max(1, before) : before + 1;
    this.#failures.set(key, failures);
    return failures;
  }

  clearFailures(key: ObjectKey): void {
    this.#failures.delete(key);
  }

  /** How many keys wait for their turn now. */
  get depth(): number {
    return this.#lanes.reduce((sum, lane) => sum + lane.depth, 0);
  }

  get running(): number {
    return this.#running.size;
  }

  /** How long the key that waits longest has waited for its turn; 0 when none waits. */
  get oldestMs(): number {
    const now = this.#clock.monotonicMs();
    return now - Math.min(...this.#lanes.map((lane) => lane.oldestSinceMs ?? now));
  }

  /** Starts no more work; resolves when the running work has ended. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#later.values()) timer.cancel();
    this.#later.clear();
    for (const lane of this.#lanes) lane.clear();
    if (this.#running.size === 0) this.#drained.resolve();
    return this.#drained.promise;
  }

  #enqueue(key: ObjectKey, lane: Lane): void {
    if (this.#closed) return;
    if (this.#running.has(key)) {
      this.#touched.add(key);
      return;
    }
    if (lane === this.#changes) this.#sweep.remove(key);
    if (!this.#changes.has(key)) lane.add(key, this.#clock.monotonicMs());
    this.#startSoon();
  }

  #enqueueAfter(key: ObjectKey, afterMs: number, lane: Lane): void {
    if (this.#closed) return;
    const dueMs = this.#clock.monotonicMs() + afterMs;
    const set = this.#later.get(key);
    if (set !== undefined && set.dueMs <= dueMs) return;
    set?.timer.cancel();
    const timer = this.#clock.after(afterMs, () => {
      this.#later.delete(key);
      this.#enqueue(key, lane);
    });
    this.#later.set(key, { dueMs, timer });
  }

  /** Not at once: a burst of keys is seen whole before turns are given, and `add` never runs a caller's round inside it. */
  #startSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    queueMicrotask(() => {
      this.#starting = false;
      for (const lane of this.#lanes) {
        for (let key = lane.take(); key !== undefined; key = lane.take()) void this.#run(key, lane);
      }
    });
  }

  async #run(key: ObjectKey, lane: Lane): Promise<void> {
    const later = this.#later.get(key);
    later?.timer.cancel();
    this.#later.delete(key);
    this.#running.add(key);
    if (later !== undefined) this.#early.add(key);
    await this.#work(key);
    this.#early.delete(key);
    this.#running.delete(key);
    lane.done();
    if (this.#closed && this.#running.size === 0) this.#drained.resolve();
    if (this.#touched.delete(key)) this.add(key);
    this.#startSoon();
  }
}
