/** Lets a number of calls through at once. Who waits does so in a lane, and lanes take turns. */
export class Turnstile {
  readonly #places: number;
  /** The first lane is next; a Map keeps the order of insertion. */
  readonly #lanes = new Map<string, Set<() => void>>();
  #inside = 0;
  /** Whoever waits until nobody is inside. */
  readonly #onEmpty = new Set<() => void>();

  constructor(places: number) {
    this.#places = places;
  }

  /** Resolves when no call is inside. Rejects with the signal's reason when that aborts before. */
  whenEmpty(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#inside === 0) return resolve();
      const giveUp = () => {
        this.#onEmpty.delete(empty);
        reject(signal.reason);
      };
      const empty = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#onEmpty.add(empty);
    });
  }

  /** Does `work` when its turn comes. Rejects with the signal's reason when that aborts before. */
  async pass<T>(lane: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(lane, signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(lane: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#inside < this.#places) {
        this.#inside += 1;
        return resolve();
      }
      const giveUp = () => {
        this.#lanes.get(lane)?.delete(enter);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      const waiting = this.#lanes.get(lane) ?? new Set();
      this.#lanes.set(lane, waiting.add(enter));
    });
  }

  /** The place goes straight to whoever is next. */
  #leave(): void {
    for (const [lane, waiting] of this.#lanes) {
      this.#lanes.delete(lane);
      const [next] = waiting;
      if (next === undefined) continue;
      waiting.delete(next);
      if (waiting.size > 0) this.#lanes.set(lane, waiting);
      next();
      return;
    }
    this.#inside -= 1;
    if (this.#inside > 0) return;
    const waiting = [...this.#onEmpty];
    this.#onEmpty.clear();
    for (const empty of waiting) empty();
  }
}
