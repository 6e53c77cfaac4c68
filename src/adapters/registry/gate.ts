interface Waiting {
  enter(): void;
  turnAway(reason: Error): void;
}

/**
 * Lets `places` pieces of work run at a time, first come, first served. A burst thus waits here and not in the time
 * that the registry has for an answer.
 */
export class Gate {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(places: number) {
    this.#free = places;
  }

  /** Rejects with the signal's reason when that aborts first. After it resolved, the caller has to `leave`. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await this.#wait(signal);
  }

  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next.enter();
  }

  /** Ends the wait of all who wait now. */
  turnAway(reason: Error): void {
    for (const waiting of this.#waiting) waiting.turnAway(reason);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leaveLine = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', giveUp);
      };
      const waiting: Waiting = {
        enter() {
          leaveLine();
          resolve();
        },
        turnAway(reason) {
          leaveLine();
          reject(reason);
        },
      };
      const giveUp = () => waiting.turnAway(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }
}
