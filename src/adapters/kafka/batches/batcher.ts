import type { Clock, Timer } from '../../../ports/clock.ts';
import { Fault, type Settled } from '../../../ports/fault.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import { abortFault } from '../abort.ts';
import { FairQueue, type Verdict } from './fair-queue.ts';

export interface BatchLimits {
  /** How long the first item waits for company. */
  windowMs: number;
  items: number;
  partitions: number;
  bytes: number;
}

export interface ItemSize {
  partitions: number;
  bytes: number;
}

export interface BatcherOptions<Item, Result> {
  clock: Clock;
  limits: BatchLimits;
  /** What an item is about: a request names it at most once. */
  keyOf: (item: Item) => string;
  sizeOf: (item: Item) => ItemSize;
  /**
   * Sends one request; the results stand in the order of the items. Throws WholeRefusal when the broker found fault
   * with all of them at once, and Fault when there was no usable answer. It has a deadline of its own: no caller's
   * signal ends a request that others share.
   */
  send: (items: readonly Item[]) => Promise<readonly Settled<Result>[]>;
}

/** The broker refused a request as a whole, which says nothing yet about any single item. */
export class WholeRefusal extends Error {}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Turns calls for single items that arrive together into shared requests. One request is under way at a time; what
 * arrives meanwhile goes with the next. Each caller gets its own result, or leaves early by its signal.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #queue = new FairQueue<Waiting<Item, Result>>();
  #timer: Timer | undefined;
  #sending = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  call(item: Item, { signal, namespace = '' }: KafkaCallOptions): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const waiting: Waiting<Item, Result> = { item, resolve, reject };
    const leave = () => {
      this.#queue.remove(namespace, waiting);
      reject(abortFault(signal));
    };
    if (signal.aborted) {
      leave();
      return promise;
    }
    signal.addEventListener('abort', leave, { once: true });
    this.#queue.add(namespace, waiting);
    this.#schedule();
    return promise.finally(() => signal.removeEventListener('abort', leave));
  }

  #schedule(): void {
    if (this.#sending || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.after(this.#options.limits.windowMs, () => {
      this.#timer = undefined;
      void this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#queue.size > 0) {
      await this.#deliver(this.#queue.take(this.#fitting()));
    }
    this.#sending = false;
  }

  /** A judge for one batch, which remembers what it has let in so far. A single item of any size fits. */
  #fitting(): (waiting: Waiting<Item, Result>) => Verdict {
    const { limits, keyOf, sizeOf } = this.#options;
    const keys = new Set<string>();
    let partitions = 0;
    let bytes = 0;
    return ({ item }) => {
      const key = keyOf(item);
      if (keys.has(key)) return 'skip';
      const size = sizeOf(item);
      const fits = partitions + size.partitions <= limits.partitions && bytes + size.bytes <= limits.bytes;
      if (keys.size > 0 && (!fits || keys.size >= limits.items)) return 'full';
      keys.add(key);
      partitions += size.partitions;
      bytes += size.bytes;
      return 'take';
    };
  }

  async #deliver(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.send(batch.map(({ item }) => item));
      batch.forEach((waiting, index) => {
        const result = results[index];
        if (result?.ok === true) waiting.resolve(result.value);
        else waiting.reject(result?.fault ?? new Error('a batch was answered with fewer results than items'));
      });
    } catch (error) {
      await this.#refused(batch, error);
    }
  }

  async #refused(batch: readonly Waiting<Item, Result>[], error: unknown): Promise<void> {
    if (error instanceof WholeRefusal && batch.length > 1) {
      // One of the items is wrong, or all together are too much: halve the batch until it is clear which.
      const middle = Math.ceil(batch.length / 2);
      await this.#deliver(batch.slice(0, middle));
      return this.#deliver(batch.slice(middle));
    }
    // Calls that queued behind a broker that does not answer do not have to wait for the same again.
    const behind = error instanceof Fault && error.kind === 'unavailable' ? this.#queue.drain() : [];
    for (const waiting of [...batch, ...behind]) waiting.reject(error);
  }
}
