import type { Clock, Timer } from '../../ports/clock.ts';
import { Fault } from '../../ports/fault.ts';
import type { Book, BookName, BookType, Journal } from '../../ports/journal.ts';
import type { KubeObject, PolicyRule } from '../../ports/kube.ts';
import type { KubeClient } from './client/client.ts';
import {
  type Entry,
  entryBytes,
  entryKey,
  entryOf,
  entryValue,
  readEntry,
  sameRecord,
  thingOf,
} from './journal-entries.ts';
import { configMaps } from './resource-type.ts';

/** A fixed name, so that the operator's role can be limited to it. */
export const journalName = 'sluice-journal';

export const journalRules: readonly PolicyRule[] = [
  // A name cannot limit a create.
  { apiGroups: [''], resources: [configMaps.plural], verbs: ['create'], scope: 'operator-namespace' },
  {
    apiGroups: [''],
    resources: [configMaps.plural],
    verbs: ['get', 'patch'],
    resourceNames: [journalName],
    scope: 'operator-namespace',
  },
];

interface ConfigMap extends KubeObject {
  data?: Readonly<Record<string, string>>;
}

export interface JournalParts {
  client: KubeClient;
  clock: Clock;
  /** The operator's own. */
  namespace: string;
  /** Of the operator's life: a write is not given up with a single round. */
  signal: AbortSignal;
}

/** By thing; `undefined` removes an entry. */
type Changes = Map<string, Entry | undefined>;

interface Batch {
  changes: Changes;
  /** The records that wait for it. */
  waiting: PromiseWithResolvers<void>[];
  bytes: number;
}

/** The API server refuses a ConfigMap above 1 MiB. */
const LONGEST_BYTES = 900 * 1024;
/** How long a record waits for company. */
const RECORD_WAIT_MS = 5;
const RELEASE_WAIT_MS = 2_000;
const ATTEMPTS = 3;

/** The journal as one ConfigMap: one write at a time, each with all that has gathered meanwhile. */
export class ConfigMapJournal implements Journal {
  readonly #parts: JournalParts;
  readonly #key: string;
  /** What is stored, by thing. */
  #entries = new Map<string, Entry>();
  #storedBytes = 0;
  /** The ConfigMap as last seen; `undefined`: look before the next write. */
  #stored: ConfigMap | undefined;
  #next: Batch = emptyBatch();
  #writing: Batch | undefined;
  #timer: { timer: Timer; dueMs: number } | undefined;

  constructor(parts: JournalParts) {
    this.#parts = parts;
    this.#key = `${parts.namespace}/${journalName}`;
  }

  /** Reads what is stored. To be called whenever this process begins to lead: others wrote in between. Throws Fault. */
  async load(): Promise<void> {
    // A release of an earlier term could take back what another leader has claimed since.
    for (const [thing, entry] of this.#next.changes) if (entry === undefined) this.#next.changes.delete(thing);
    this.#remember(await this.#parts.client.get<ConfigMap>(configMaps, this.#key, this.#parts));
  }

  open<Value>(type: BookType<Value>): Book<Value> {
    const read = (entry: Entry | undefined) => entry && type.parse(entry.content);
    return {
      find: (key) => read(this.#entries.get(thingOf(type.name, key))),
      list: () => this.#list(type.name, read),
      record: (key, value) => this.#record(entryOf(type, key, value, this.#parts.clock.now())),
      release: (key) => this.#release(thingOf(type.name, key)),
    };
  }

  *#list<Value>(book: BookName, read: (entry: Entry) => Value): Generator<{ key: string; value: Value }> {
    for (const entries of [this.#entries, this.#writing?.changes, this.#next.changes]) {
      for (const entry of entries?.values() ?? []) {
        if (entry?.book === book) yield { key: entry.key, value: read(entry) };
      }
    }
  }

  async #record(entry: Entry): Promise<void> {
    const { thing, uid } = entry;
    const holder = this.#holderOf(thing);
    if (holder !== undefined && holder !== uid) throw heldByOther(thing);
    const held = this.#entries.get(thing);
    if (held !== undefined && sameRecord(held, entry)) return;
    const bytes = entryBytes(entry);
    if (this.#storedBytes + (this.#writing?.bytes ?? 0) + this.#next.bytes + bytes > LONGEST_BYTES) throw full();
    const stored = Promise.withResolvers<void>();
    this.#next.changes.set(thing, entry);
    this.#next.waiting.push(stored);
    this.#next.bytes += bytes;
    this.#writeAfter(RECORD_WAIT_MS);
    return stored.promise;
  }

  /** Whose record there is, stored or about to be; a release that waits to be written counts already. */
  #holderOf(thing: string): string | undefined {
    if (this.#next.changes.has(thing)) return this.#next.changes.get(thing)?.uid;
    if (this.#writing?.changes.has(thing)) return this.#writing.changes.get(thing)?.uid;
    return this.#entries.get(thing)?.uid;
  }

  #release(thing: string): void {
    const known = [this.#entries, this.#next.changes, this.#writing?.changes].some((entries) => entries?.has(thing));
    if (!known) return;
    this.#entries.delete(thing);
    this.#next.changes.set(thing, undefined);
    this.#writeAfter(RELEASE_WAIT_MS);
  }

  #writeAfter(ms: number): void {
    if (this.#writing !== undefined) return;
    const { clock } = this.#parts;
    const dueMs = clock.monotonicMs() + ms;
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.timer.cancel();
    this.#timer = { dueMs, timer: clock.after(ms, () => void this.#write()) };
  }

  async #write(): Promise<void> {
    const batch = this.#next;
    this.#timer = undefined;
    this.#next = emptyBatch();
    this.#writing = batch;
    try {
      this.#remember(await this.#store(batch.changes));
      for (const { resolve } of batch.waiting) resolve();
    } catch (fault) {
      for (const [thing, entry] of batch.changes) if (entry === undefined) this.#releaseAgain(thing);
      for (const { reject } of batch.waiting) reject(fault);
    } finally {
      this.#writing = undefined;
    }
    if (this.#next.changes.size > 0) this.#writeAfter(this.#next.waiting.length > 0 ? RECORD_WAIT_MS : RELEASE_WAIT_MS);
  }

  #releaseAgain(thing: string): void {
    if (this.#parts.signal.aborted || this.#next.changes.has(thing)) return;
    this.#next.changes.set(thing, undefined);
  }

  async #store(changes: Changes): Promise<ConfigMap> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#stored ??= await this.#parts.client.get<ConfigMap>(configMaps, this.#key, this.#parts);
        return await this.#send(changes);
      } catch (error) {
        this.#stored = undefined;
        const moved = error instanceof Fault && error.kind === 'conflict';
        if (!moved || attempt === ATTEMPTS) throw error;
      }
    }
  }

  #send(changes: Changes): Promise<ConfigMap> {
    const { client, namespace } = this.#parts;
    if (this.#stored === undefined) {
      const body = { metadata: { name: journalName, namespace }, data: dataOf(changes, 'create') };
      return client.create<ConfigMap>(configMaps, body, this.#parts);
    }
    const { uid, resourceVersion } = this.#stored.metadata;
    const patch = { metadata: { uid, resourceVersion }, data: dataOf(changes, 'patch') };
    return client.patch<ConfigMap>(configMaps, this.#key, patch, this.#parts);
  }

  /** What waits to be written is not what is stored: a record is found once it is safe, and never after its release. */
  #remember(stored: ConfigMap | undefined): void {
    this.#stored = stored;
    this.#storedBytes = 0;
    this.#entries = new Map();
    for (const [key, value] of Object.entries(stored?.data ?? {})) {
      this.#storedBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
      const entry = readEntry(key, value);
      if (entry !== undefined && !this.#isReleased(entry.thing)) this.#entries.set(entry.thing, entry);
    }
  }

  #isReleased(thing: string): boolean {
    const { changes } = this.#next;
    return changes.has(thing) && changes.get(thing) === undefined;
  }
}

function emptyBatch(): Batch {
  return { changes: new Map(), waiting: [], bytes: 0 };
}

function dataOf(changes: Changes, use: 'create' | 'patch'): Record<string, string | null> {
  const data: Record<string, string | null> = {};
  for (const [thing, entry] of changes) {
    if (entry !== undefined) data[entryKey(thing)] = entryValue(entry);
    else if (use === 'patch') data[entryKey(thing)] = null;
  }
  return data;
}

function heldByOther(thing: string): Fault {
  return new Fault('kubernetes', 'conflict', `another resource claims ${thing}`, { code: 'CLAIMED' });
}

function full(): Fault {
  const message = `the journal ConfigMap ${journalName} is full; its claims go once the status of their resources is written`;
  return new Fault('kubernetes', 'unavailable', message, { code: 'JOURNAL_FULL' });
}
