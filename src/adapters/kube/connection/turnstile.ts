/** Lets a number of calls through at once. The others wait in lanes, and lanes take turns. */
export class Turnstile {
  readonly #places: number;
  /** The first lane is next; a Map keeps the order of insertion. */
  readonly #lanes = new Map<string, Set<() => void>>();
  #inside = 0;
  /** Those that wait until no call is inside. */
  readonly #onEmpty = new Set<() => void>();

  constructor(places: number) {
    this.#places = places;
  }

  /** Resolves when no call is inside. Rejects with the signal's reason when that aborts before. */
  async whenEmpty(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inside > 0) await waitIn(this.#onEmpty, signal);
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

  async #enter(lane: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inside < this.#places) {
      this.#inside += 1;
      return;
    }
    const waiting = this.#lanes.get(lane) ?? new Set();
    this.#lanes.set(lane, waiting);
    await waitIn(waiting, signal);
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

/** Resolves when what it adds to `waiting` is called. Rejects with the signal's reason when that aborts before. */
function waitIn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      waiting.delete(goOn);
      reject(signal.reason);
    };
    const goOn = () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.add(goOn);
  });
}
