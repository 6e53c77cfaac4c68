import { textOfError } from '../../base/text.ts';
import { sleep, withDeadline } from '../../base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';
import type { LeaseRecord, LeaseStore } from '../../ports/lease.ts';
import type { Log } from '../../ports/log.ts';

export interface LeaderSettings {
  /** Unique to this process, not to its host: a restarted process is somebody else. */
  identity: string;
  /** How long others wait after the last renewal that they saw. */
  leaseMs: number;
  /** How long one renewal lets us act. Shorter than `leaseMs`, so that we stop before others may start. */
  renewMs: number;
  /** The time between two tries. */
  retryMs: number;
}

export const leaderTimes = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 } as const;

export interface Leadership {
  /** The work of one term. It ends soon after `signal` aborts; no further term starts before it has. */
  onStartedLeading(signal: AbortSignal): Promise<void>;
  onStoppedLeading?(): void;
}

export interface LeaderParts {
  leases: LeaseStore;
  clock: Clock;
  log: Log;
  leadership: Leadership;
}

const never = Number.NEGATIVE_INFINITY;

/**
 * Leads while it holds a Lease. A lease of somebody else counts from when a change of it was seen here, by a clock that
 * never jumps: times in the record are for people. Losing it ends the term, not the process.
 */
export class LeaderElector {
  readonly #settings: LeaderSettings;
  readonly #parts: LeaderParts;
  /** The lease as last seen, and when it was first seen like that. */
  #seen: { record: LeaseRecord; atMs: number } | undefined;
  #fenceMs = never;

  constructor(settings: LeaderSettings, parts: LeaderParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Whether an effect may start now. Asked right before each one leaves; false too right after the process was stopped. */
  fence(): boolean {
    return this.#parts.clock.monotonicMs() < this.#fenceMs;
  }

  /** Tries to lead until `signal` aborts; resolves when the work has ended and the lease is given up. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      await this.#attempt(this.#settings.renewMs / 2);
      if (this.fence()) await this.#lead(signal);
      else await sleep(clock, this.#settings.retryMs, signal);
    }
  }

  async #lead(shutdown: AbortSignal): Promise<void> {
    const { leadership, log } = this.#parts;
    const term = new AbortController();
    const ended = new AbortController();
    const stop = () => term.abort();
    shutdown.addEventListener('abort', stop, { once: true });
    if (shutdown.aborted) stop();
    log.info('leading');
    try {
      const work = leadership.onStartedLeading(term.signal).finally(() => ended.abort());
      await Promise.all([work, this.#keep(ended.signal).then(stop)]);
      await this.#release();
    } finally {
      this.#fenceMs = never;
      shutdown.removeEventListener('abort', stop);
      leadership.onStoppedLeading?.();
      log.info('not leading any more');
    }
  }

  /** Renews, also while the work of the term ends; resolves when it has ended or the lease is lost. */
  async #keep(ended: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (this.fence()) {
      await sleep(clock, this.#settings.retryMs, ended);
      if (ended.aborted) return;
      const leftMs = this.#fenceMs - clock.monotonicMs();
      if (leftMs > 0) await this.#attempt(Math.min(leftMs, this.#settings.renewMs / 2));
    }
  }

  /** Takes or renews the lease if it is ours to take, and sets the fence accordingly. A failure leaves the fence as it is. */
  async #attempt(withinMs: number): Promise<void> {
    const { clock, log } = this.#parts;
    const late = () => new Fault('kubernetes', 'unavailable', `the lease was not answered for within ${withinMs} ms`);
    try {
      const startedMs = await withDeadline({ clock, ms: withinMs, late }, (signal) => this.#claim(signal));
      this.#fenceMs = startedMs === undefined ? never : startedMs + this.#settings.renewMs;
    } catch (fault) {
      log.warn('cannot take or renew the lease', { error: textOfError(fault) });
    }
  }

  /**
   * When the write that made the lease ours began; `undefined`: it is somebody else's, or Kubernetes was restored from
   * a backup under us. What was learned in the term is then not so any more: it ends, and the next one begins anew.
   */
  async #claim(signal: AbortSignal): Promise<number | undefined> {
    const { leases } = this.#parts;
    const held = this.#seen?.record;
    if (this.fence() && held?.holder === this.#settings.identity) {
      try {
        return await this.#write(held, signal);
      } catch (fault) {
        if (!(fault instanceof Fault && fault.kind === 'conflict')) throw fault;
      }
    }
    const found = await leases.read(signal);
    signal.throwIfAborted();
    if (found !== undefined) this.#note(found);
    const restored = this.fence() && found !== undefined && held !== undefined && isOlder(found, held);
    return this.#mayTake() && !restored ? this.#write(found, signal) : undefined;
  }

  /** A lease that was removed binds like one that is not renewed: its holder may not know yet. */
  #mayTake(): boolean {
    if (this.#seen === undefined) return true;
    const { record, atMs } = this.#seen;
    if (record.holder === '' || record.holder === this.#settings.identity) return true;
    return this.#parts.clock.monotonicMs() >= atMs + record.durationSeconds * 1000;
  }

  async #write(found: LeaseRecord | undefined, signal: AbortSignal): Promise<number> {
    const { clock, leases } = this.#parts;
    const { identity, leaseMs } = this.#settings;
    const startedMs = clock.monotonicMs();
    const now = clock.now();
    const last = found ?? this.#seen?.record;
    const stays = last?.holder === identity;
    const record = {
      holder: identity,
      acquiredAt: stays ? last.acquiredAt : now,
      renewedAt: now,
      durationSeconds: Math.ceil(leaseMs / 1000),
      transitions: last === undefined ? 0 : last.transitions + (stays ? 0 : 1),
    };
    const stored = await (found === undefined
      ? leases.create(record, signal)
      : leases.replace({ ...record, resourceVersion: found.resourceVersion }, signal));
    this.#note(stored);
    return startedMs;
  }

  #note(found: LeaseRecord): void {
    const last = this.#seen?.record;
    if (found.resourceVersion === last?.resourceVersion) return;
    const record = last !== undefined && isOlder(found, last) ? heldOn(found, last) : found;
    this.#seen = { record, atMs: this.#parts.clock.monotonicMs() };
  }

  /** Lets others take over at once. The fence falls first: nothing of ours may start after that. */
  async #release(): Promise<void> {
    const { clock, leases, log } = this.#parts;
    const held = this.#seen?.record;
    const ours = this.fence() && held?.holder === this.#settings.identity;
    this.#fenceMs = never;
    if (!ours) return;
    const free = { ...held, holder: '', renewedAt: clock.now(), durationSeconds: 1 };
    const late = () => new Fault('kubernetes', 'unavailable', 'giving the lease up was not answered');
    try {
      await withDeadline({ clock, ms: this.#settings.retryMs, late }, (signal) => leases.replace(free, signal));
    } catch (fault) {
      log.warn('could not give the lease up', { error: textOfError(fault) });
    }
  }
}

/** A restored lease still belongs to its last holder, which may not know of the restore yet. */
function heldOn(found: LeaseRecord, { holder, durationSeconds }: LeaseRecord): LeaseRecord {
  return holder === '' ? found : { ...found, holder, durationSeconds };
}

/** Versions of one object grow with each change. */
function isOlder(found: LeaseRecord, held: LeaseRecord): boolean {
  return BigInt(found.resourceVersion) < BigInt(held.resourceVersion);
}
