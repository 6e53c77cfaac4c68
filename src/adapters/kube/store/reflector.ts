import { forwardAbort, sleep } from '../../../base/time.ts';
import type { Clock } from '../../../ports/clock.ts';
import { Fault } from '../../../ports/fault.ts';
import type { KubeObject } from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';
import type { Listing } from '../client/paging.ts';
import type { WatchEvent } from '../client/wire.ts';
import { isFault } from '../faults.ts';
import type { KubeSettings } from '../settings.ts';

/** The reads of one kind. */
export interface Source<R> {
  /** What to call the kind in logs: `eventtopics`. */
  name: string;
  /** An optional kind may be missing from the API server for good. */
  optional: boolean;
  /** `onPage` is called with each part of the list that came. */
  list(onPage: () => void, signal: AbortSignal): Promise<Listing<R>>;
  watch(from: WatchStart, signal: AbortSignal): AsyncIterable<WatchEvent<R>>;
}

export interface WatchStart {
  resourceVersion: string;
  timeoutSeconds: number;
  /** Called once the API server has begun to answer. */
  onOpen: () => void;
}

/** Takes what the reflector learns. */
export interface Sink<R> {
  /** A list is about to be asked for. Returns the newest version that the sink has seen. */
  beforeList(): bigint;
  replace(listing: Listing<R>, newestBefore: bigint): void;
  apply(object: R): void;
  remove(object: R): void;
  /** The API server does not serve this kind. */
  clear(): void;
  /** The reflector is at work: it asks for something or has heard something. */
  active(): void;
}

export interface ReflectorParts {
  clock: Clock;
  random: () => number;
  log: Log;
  settings: KubeSettings;
}

/** A watch that ends sooner is asked for again only after a wait: otherwise a server that is in trouble gets a hot loop. */
const SHORTEST_WATCH_MS = 1_000;
/** Trouble after a watch that lasted this long is new trouble, and the waits begin anew. */
const STEADY_WATCH_MS = 30_000;
/** How far from the moment that it was asked to end at a watch may end, and how soon after it the next one must be open. */
const PUNCTUAL_MS = 2_000;

/**
 * Keeps a sink equal to what the API server holds: a list, then changes from there. Only a watch that ended when it was
 * asked to is resumed; after any other end, whoever answers next may have been restored from a backup, and no version
 * tells that from outside, so that a list is due.
 * Never stops for good before its signal aborts; after every error it comes back, with backoff.
 */
export class Reflector<R extends KubeObject> {
  readonly #source: Source<R>;
  readonly #sink: Sink<R>;
  readonly #parts: ReflectorParts;
  /** The version up to which the sink is complete; absent: a list is due. */
  #from: string | undefined;
  /** When the watch now, or the last one, was open; infinite: not yet. */
  #openedMs = Number.POSITIVE_INFINITY;
  /** When the watch before was at its end, if it is resumed. */
  #endedMs: number | undefined;
  #failures = 0;

  constructor(source: Source<R>, sink: Sink<R>, parts: ReflectorParts) {
    this.#source = source;
    this.#sink = sink;
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await sleep(this.#parts.clock, await this.#attempt(signal), signal);
  }

  /** Lists if that is due, then watches until the watch ends. Returns how long to wait before the next attempt. */
  async #attempt(signal: AbortSignal): Promise<number> {
    this.#sink.active();
    this.#openedMs = Number.POSITIVE_INFINITY;
    try {
      this.#from ??= await this.#list(signal);
      await this.#follow(this.#from, signal);
      this.#endedMs = this.#parts.clock.monotonicMs();
      this.#failures = 0;
      return 0;
    } catch (failure) {
      this.#from = undefined;
      this.#endedMs = undefined;
      if (signal.aborted) return 0;
      this.#note(failure);
      // A reflector that waits for longer looks like one that has stopped.
      return Math.min(this.#waitAfter(failure), this.#parts.settings.watchSilenceMs);
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const newestBefore = this.#sink.beforeList();
    const listing = await this.#source.list(() => this.#sink.active(), signal);
    this.#sink.replace(listing, newestBefore);
    return listing.resourceVersion;
  }

  /** Returns when the watch ended as it was asked to. Whatever else ends it is thrown. */
  async #follow(from: string, signal: AbortSignal): Promise<void> {
    const { clock, random, settings } = this.#parts;
    const cut = new AbortController();
    const unlink = forwardAbort(signal, cut);
    const startWatchdog = () => clock.after(settings.watchSilenceMs, () => cut.abort(this.#silence()));
    let watchdog = startWatchdog();
    const timeoutSeconds = Math.ceil((settings.watchDurationMs * (1 + random())) / 1000);
    const onOpen = () => {
      this.#openedMs = clock.monotonicMs();
      if (this.#openedMs - (this.#endedMs ?? this.#openedMs) > PUNCTUAL_MS) cut.abort(this.#interrupted());
    };
    try {
      for await (const event of this.#source.watch({ resourceVersion: from, timeoutSeconds, onOpen }, cut.signal)) {
        watchdog.cancel();
        watchdog = startWatchdog();
        this.#take(event);
      }
    } finally {
      watchdog.cancel();
      unlink();
    }
    const lateMs = clock.monotonicMs() - this.#openedMs - timeoutSeconds * 1000;
    if (Math.abs(lateMs) > PUNCTUAL_MS) throw this.#interrupted();
  }

  #take(event: WatchEvent<R>): void {
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (BigInt(version) < BigInt(this.#from ?? 0)) throw this.#rewound();
    if (event.type === 'DELETED') this.#sink.remove(event.object);
    else if (event.type !== 'BOOKMARK') this.#sink.apply(event.object);
    this.#from = version;
    this.#sink.active();
  }

  #note(failure: unknown): void {
    const { log } = this.#parts;
    const { name, optional } = this.#source;
    const absent = isFault(failure, '404');
    if (absent) this.#sink.clear();
    if (!(failure instanceof Fault)) log.error('the watch cache failed', { resource: name, error: failure });
    else if (!absent || !optional) {
      log.warn('the watch was interrupted', { resource: name, code: failure.code, reason: failure.message });
    }
  }

  #waitAfter(failure: unknown): number {
    const { clock, random, settings } = this.#parts;
    const lastedMs = clock.monotonicMs() - this.#openedMs;
    if (lastedMs >= STEADY_WATCH_MS) this.#failures = 0;
    const expired = isFault(failure, '410') || isFault(failure, 'WATCH_SILENT');
    if (expired && lastedMs >= SHORTEST_WATCH_MS) return 0;
    if (isFault(failure, '404') && this.#source.optional) return settings.absentKindMs;
    this.#failures += 1;
    const askedForMs = failure instanceof Fault ? (failure.retryAfterMs ?? 0) : 0;
    return Math.max(backoffMs(this.#failures, settings.retryMinMs, settings.retryMaxMs, random), askedForMs);
  }

  #silence(): Fault {
    const { watchSilenceMs } = this.#parts.settings;
    const message = `the watch of ${this.#source.name} said nothing for ${watchSilenceMs / 1000} s`;
    return new Fault('kubernetes', 'unavailable', message, { code: 'WATCH_SILENT' });
  }

  #interrupted(): Fault {
    const message = `the watch of ${this.#source.name} did not end when it was asked to, or was resumed late`;
    return new Fault('kubernetes', 'unavailable', message, { code: 'WATCH_ENDED' });
  }

  #rewound(): Fault {
    return new Fault('kubernetes', 'conflict', `the history of ${this.#source.name} went back`, { code: '410' });
  }
}

/**
 * How long to wait after the `failures`-th failure in a row: from `minMs` up to a bound that doubles each time and ends
 * at `maxMs`, evenly spread in between, so that many waiters do not come back together ("full jitter").
 */
export function backoffMs(failures: number, minMs: number, maxMs: number, random: () => number): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
  return minMs + random() * Math.max(0, bound - minMs);
}
