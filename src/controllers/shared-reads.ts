/** Reads that each begin after they were asked for, and are shared by all who asked before they began. */
export class SharedReads<T> {
  readonly #waiting = new Map<string, Promise<T>>();
  readonly #running = new Map<string, Promise<unknown>>();

  read(key: string, load: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const next = this.#begin(key, load);
    this.#waiting.set(key, next);
    return next;
  }

  async #begin(key: string, load: () => Promise<T>): Promise<T> {
    await (this.#running.get(key) ?? Promise.resolve());
    this.#waiting.delete(key);
    const running = load();
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    this.#running.set(key, ended);
    void ended.then(() => {
      if (this.#running.get(key) === ended) this.#running.delete(key);
    });
    return running;
  }
}
