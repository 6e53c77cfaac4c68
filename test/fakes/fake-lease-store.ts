import { Fault } from '../../src/ports/fault.ts';
import type { LeaseRecord, LeaseStore, NewLease } from '../../src/ports/lease.ts';

/** One Lease in memory; each elector gets its own `connection` to it, so that a test can cut one of them off. */
export class FakeLease {
  stored: LeaseRecord | undefined;
  #version = 0;

  connect(): FakeLeaseConnection {
    return new FakeLeaseConnection(this);
  }

  /** Stores without asking what is there, as `kubectl` does. */
  put(record: NewLease): LeaseRecord {
    this.#version += 1;
    const stored = { ...record, resourceVersion: String(this.#version) };
    this.stored = stored;
    return stored;
  }
}

export class FakeLeaseConnection implements LeaseStore {
  /** `refused`: calls fail at once. `silent`: calls are never answered and have no effect. `deaf`: only answers are lost. */
  state: 'up' | 'refused' | 'silent' | 'deaf' = 'up';
  /** Calls wait for it before they take effect. */
  held: Promise<void> = Promise.resolve();
  reads = 0;
  writes = 0;
  readonly #lease: FakeLease;

  constructor(lease: FakeLease) {
    this.#lease = lease;
  }

  read(_signal: AbortSignal): Promise<LeaseRecord | undefined> {
    this.reads += 1;
    return this.#call(() => this.#lease.stored);
  }

  create(record: NewLease, _signal: AbortSignal): Promise<LeaseRecord> {
    return this.#write(record, undefined);
  }

  replace({ resourceVersion, ...record }: LeaseRecord, _signal: AbortSignal): Promise<LeaseRecord> {
    return this.#write(record, resourceVersion);
  }

  #write(record: NewLease, resourceVersion: string | undefined): Promise<LeaseRecord> {
    this.writes += 1;
    return this.#call(() => {
      if (this.#lease.stored?.resourceVersion !== resourceVersion) {
        throw new Fault('kubernetes', 'conflict', 'the lease has changed', { code: '409' });
      }
      return this.#lease.put(record);
    });
  }

  async #call<T>(effect: () => T): Promise<T> {
    await this.held;
    if (this.state === 'refused') throw new Fault('kubernetes', 'unavailable', 'connection refused');
    if (this.state === 'silent') return new Promise(() => {});
    const answer = effect();
    return this.state === 'deaf' ? new Promise(() => {}) : answer;
  }
}
