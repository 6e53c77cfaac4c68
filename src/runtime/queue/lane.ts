import { namespaceOf } from '../../base/keys.ts';
import type { ObjectKey } from '../../ports/kube.ts';

/** Keys that wait for one of `workers`. Namespaces take turns; each has its keys in the order in which they came. */
export class Lane {
  readonly #workers: number;
  /** Namespace → key → since when it waits. The first namespace is next; a Map keeps the order of insertion. */
  readonly #waiting = new Map<string, Map<ObjectKey, number>>();
  #running = 0;

  constructor(workers: number) {
    this.#workers = workers;
  }

  get running(): number {
    return this.#running;
  }

  /** How many keys wait. */
  get depth(): number {
    let depth = 0;
    for (const keys of this.#waiting.values()) depth += keys.size;
    return depth;
  }

  /** Since when the key that waits longest has waited; `undefined`: none waits. */
  get oldestSinceMs(): number | undefined {
    let oldest: number | undefined;
    for (const keys of this.#waiting.values()) {
      const [first = Number.POSITIVE_INFINITY] = keys.values();
      oldest = Math.min(oldest ?? first, first);
    }
    return oldest;
  }

  has(key: ObjectKey): boolean {
    return this.#waiting.get(namespaceOf(key))?.has(key) === true;
  }

  add(key: ObjectKey, nowMs: number): void {
    if (this.has(key)) return;
    const namespace = namespaceOf(key);
    const keys = this.#waiting.get(namespace) ?? new Map<ObjectKey, number>();
    keys.set(key, nowMs);
    this.#waiting.set(namespace, keys);
  }

  remove(key: ObjectKey): void {
    const namespace = namespaceOf(key);
    const keys = this.#waiting.get(namespace);
    if (keys?.delete(key) && keys.size === 0) this.#waiting.delete(namespace);
  }

  /** The key whose turn it is, with a worker for it until `done`; `undefined`: nothing waits, or all workers are busy. */
  take(): ObjectKey | undefined {
    const [turn] = this.#waiting;
    if (turn === undefined || this.#running >= this.#workers) return undefined;
    const [namespace, keys] = turn;
    const [key] = keys.keys();
    if (key === undefined) return undefined;
    keys.delete(key);
    this.#waiting.delete(namespace);
    if (keys.size > 0) this.#waiting.set(namespace, keys);
    this.#running += 1;
    return key;
  }

  done(): void {
    this.#running -= 1;
  }

  clear(): void {
    this.#waiting.clear();
  }
}
