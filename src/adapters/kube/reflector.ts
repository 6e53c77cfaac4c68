import type { Clock } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';
import type { KubeObject } from '../../ports/kube.ts';
import type { Log } from '../../ports/log.ts';
import { backoffMs } from './backoff.ts';
import { isFault } from './faults.ts';
import type { Listing } from './paging.ts';
import type { KubeSettings } from './settings.ts';
import { forwardAbort, pause } from './waiting.ts';
import type { WatchEvent } from './wire.ts';

/** The reads of one kind. */
export interface Source<R> {
  /** What to call the kind in logs: `eventtopics`. */
  name: string;
  /** An optional kind may be missing from the API server for good. */
  optional: boolean;
  list(signal: AbortSignal): Promise<Listing<R>>;
  watch(from: { resourceVersion: string; timeoutSeconds: number }, signal: AbortSignal): AsyncIterable<WatchEvent<R>>;
}

/** Takes what the reflector learns. */
export interface Sink<R> {
  /** The newest version that the sink has seen, before a list is asked for. */
  newest(): bigint;
  replace(listing: Listing<R>, newestBefore: bigint): void;
  apply(object: R): void;
  remove(object: R): void;
  /** The API server does not serve this kind. */
  clear(): void;
  /** Something was heard from the API server, if only a sign of life. */
  heard(): void;
}

export interface ReflectorParts {
  clock: Clock;
  random: () => number;
  log: Log;
  settings: KubeSettings;
}

/** A watch that ends sooner is asked for again only after a wait: otherwise a server that is in trouble gets a hot loop. */
const SHORTEST_WATCH_MS = 1_000;

/**
 * Keeps a sink equal to what the API server holds: a list, then changes from there, resumed where the last watch ended.
 * Never stops for good before its signal aborts; after every error it comes back, with backoff.
 */
export class Reflector<R extends KubeObject> {
  readonly #source: Source<R>;
  readonly #sink: Sink<R>;
  readonly #parts: ReflectorParts;
  /** The version up to which the sink is complete; absent: a list is due. */
  #from: string | undefined;
  #failures = 0;

  constructor(source: Source<R>, sink: Sink<R>, parts: ReflectorParts) {
    this.#source = source;
    this.#sink = sink;
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await pause(this.#parts.clock, await this.#attempt(signal), signal);
  }

  /** Lists if that is due, then watches until the watch ends. Answers how long to wait before the next attempt. */
  async #attempt(signal: AbortSignal): Promise<number> {
    const { clock } = this.#parts;
    let watchedSinceMs = Number.POSITIVE_INFINITY;
    let failure: unknown;
    try {
      this.#from ??= await this.#list(signal);
      watchedSinceMs = clock.monotonicMs();
      await this.#follow(this.#from, signal);
    } catch (error) {
      if (signal.aborted) return 0;
      failure = error;
    }
    const lasted = clock.monotonicMs() - watchedSinceMs >= SHORTEST_WATCH_MS;
    const verdict = failure === undefined ? 'ended' : this.#judge(failure);
    if (lasted && verdict === 'ended') this.#failures = 0;
    return lasted && verdict !== 'failed' ? 0 : this.#waitAfter(failure);
  }

  async #list(signal: AbortSignal): Promise<string> {
    const newestBefore = this.#sink.newest();
    const listing = await this.#source.list(signal);
    this.#sink.replace(listing, newestBefore);
    this.#sink.heard();
    return listing.resourceVersion;
  }

  async #follow(from: string, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#parts;
    const cut = new AbortController();
    const unlink = forwardAbort(signal, cut);
    const startWatchdog = () => clock.after(settings.watchSilenceMs, () => cut.abort(this.#silence()));
    let watchdog = startWatchdog();
    try {
      for await (const event of this.#source.watch(this.#watchFrom(from), cut.signal)) {
        watchdog.cancel();
        watchdog = startWatchdog();
        this.#take(event);
      }
    } finally {
      watchdog.cancel();
      unlink();
    }
  }

  #watchFrom(resourceVersion: string): { resourceVersion: string; timeoutSeconds: number } {
    const { random, settings } = this.#parts;
    return { resourceVersion, timeoutSeconds: Math.ceil((settings.watchDurationMs * (1 + random())) / 1000) };
  }

  #take(event: WatchEvent<R>): void {
    const version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (BigInt(version) < BigInt(this.#from ?? 0)) throw this.#rewound();
    if (event.type === 'DELETED') this.#sink.remove(event.object);
    else if (event.type !== 'BOOKMARK') this.#sink.apply(event.object);
    this.#from = version;
    this.#failures = 0;
    this.#sink.heard();
  }

  /** `expired`: a list is due, and nothing is wrong. */
  #judge(error: unknown): 'expired' | 'failed' {
    const { log } = this.#parts;
    const { name, optional } = this.#source;
    const absent = isFault(error, '404');
    if (absent) {
      this.#sink.clear();
      // That is an answer too: to look healthy needs no kind of another project.
      this.#sink.heard();
    }
    if (!(error instanceof Fault)) log.error('the watch cache failed', { resource: name, error });
    else if (!absent || !optional) {
      log.warn('the watch was interrupted', { resource: name, code: error.code, reason: error.message });
    }
    const expired = isFault(error, '410') || isFault(error, 'WATCH_SILENT');
    if (absent || expired) this.#from = undefined;
    return expired ? 'expired' : 'failed';
  }

  #waitAfter(failure: unknown): number {
    const { random, settings } = this.#parts;
    if (isFault(failure, '404') && this.#source.optional) return settings.absentKindMs;
    this.#failures += 1;
    // After a longer outage the history may be another one (a restored backup): resuming could then wait for ever.
    if (this.#failures > 1) this.#from = undefined;
    const askedForMs = failure instanceof Fault ? failure.retryAfterMs : undefined;
    return Math.max(backoffMs(this.#failures, settings.retryMinMs, settings.retryMaxMs, random), askedForMs ?? 0);
  }

  #silence(): Fault {
    const { watchSilenceMs } = this.#parts.settings;
    const message = `the watch of ${this.#source.name} said nothing for ${watchSilenceMs / 1000} s`;
    return new Fault('kubernetes', 'unavailable', message, { code: 'WATCH_SILENT' });
  }

  #rewound(): Fault {
    return new Fault('kubernetes', 'conflict', `the history of ${this.#source.name} went back`, { code: '410' });
  }
}
