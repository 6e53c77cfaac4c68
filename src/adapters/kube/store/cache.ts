import { keyOf } from '../../../base/keys.ts';
import type { Change, Index, KubeObject, ObjectKey } from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';
import type { Listing } from '../client/paging.ts';
import { KeyIndex } from './key-index.ts';

interface Entry<R> {
  object: R;
  version: bigint;
}

type Listener<R> = (change: Change<R>) => void;

/**
 * The objects of one kind. An object never goes back to an older version, whether news comes from the watch or as the
 * answer to our own write, and one that is gone does not come back with a late answer.
 */
export class ObjectCache<R extends KubeObject> {
  readonly #entries = new Map<ObjectKey, Entry<R>>();
  readonly #indexes: ReadonlyMap<Index<R>, KeyIndex<R>>;
  readonly #listeners = new Set<Listener<R>>();
  readonly #waiting = new Set<() => void>();
  readonly #log: Log;
  #newest = 0n;
  #synced = false;

  constructor(indexes: readonly Index<R>[], log: Log) {
    this.#indexes = new Map(indexes.map((index) => [index, new KeyIndex(index, log)]));
    this.#log = log;
  }

  get(key: ObjectKey): R | undefined {
    return this.#entries.get(key)?.object;
  }

  *list(): Generator<R> {
    for (const { object } of this.#entries.values()) yield object;
  }

  byIndex(index: Index<R>, value: string): readonly R[] {
    const kept = this.#indexes.get(index);
    if (kept === undefined) throw new Error(`this cache keeps no index "${index.name}"`);
    return kept.keys(value).flatMap((key) => this.get(key) ?? []);
  }

  synced(): boolean {
    return this.#synced;
  }

  whenSynced(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#synced) return resolve();
      const end = () => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        if (this.#synced) resolve();
        else reject(signal.reason);
      };
      if (signal.aborted) return end();
      this.#waiting.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  markSynced(): void {
    this.#synced = true;
    for (const end of this.#waiting) end();
  }

  subscribe(listener: Listener<R>): () => void {
    for (const [key, { object }] of [...this.#entries]) this.#tell(listener, { key, before: undefined, after: object });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The newest version seen so far. */
  newest(): bigint {
    return this.#newest;
  }

  /** Whether the watch tells more of an object than is known, such as from the answer to our own write. */
  isNews(object: R): boolean {
    const held = this.#entries.get(keyOf(object));
    return held === undefined || BigInt(object.metadata.resourceVersion) > held.version;
  }

  /** News from the watch. */
  apply(object: R): void {
    const version = this.#note(object);
    if (this.isNews(object)) this.#put(keyOf(object), { object, version });
  }

  /** The watch says that `object` is gone; its version is that of the deletion. */
  remove(object: R): void {
    const version = this.#note(object);
    const held = this.#entries.get(keyOf(object));
    if (held === undefined) return;
    const sameObject = held.object.metadata.uid === object.metadata.uid;
    if (sameObject || version > held.version) this.#drop(keyOf(object), held);
  }

  /** The answer to our own write. Only the watch brings objects: an answer for one that is gone comes too late. */
  adopt(object: R): void {
    const version = this.#note(object);
    const held = this.#entries.get(keyOf(object));
    if (held === undefined || held.object.metadata.uid !== object.metadata.uid) return;
    // Taking the last finalizer away deletes the object, and the answer then carries the version of before.
    const newer = version > held.version || (version === held.version && isReleased(object));
    if (newer) this.#put(keyOf(object), { object, version });
  }

  /**
   * A complete list. It is the truth as of its version; only what we wrote since it was asked for is newer. A list that
   * is older than `newestBefore`, what was known before it was asked for, comes from a restored backup: it replaces
   * everything.
   */
  replace({ items, resourceVersion }: Listing<R>, newestBefore: bigint): void {
    const listed = BigInt(resourceVersion);
    const rewound = listed < newestBefore;
    const isNewer = (held: Entry<R>) => !rewound && held.version > listed;
    const present = new Set<ObjectKey>();
    for (const object of items) {
      const key = keyOf(object);
      present.add(key);
      const held = this.#entries.get(key);
      if (held !== undefined && (isNewer(held) || isSame(held.object, object))) continue;
      this.#put(key, { object, version: BigInt(object.metadata.resourceVersion) });
    }
    for (const [key, held] of [...this.#entries]) {
      if (!present.has(key) && !isNewer(held)) this.#drop(key, held);
    }
    if (rewound || listed > this.#newest) this.#newest = listed;
    this.markSynced();
  }

  clear(): void {
    for (const [key, held] of [...this.#entries]) this.#drop(key, held);
  }

  #note({ metadata }: R): bigint {
    const version = BigInt(metadata.resourceVersion);
    if (version > this.#newest) this.#newest = version;
    return version;
  }

  #put(key: ObjectKey, entry: Entry<R>): void {
    const before = this.get(key);
    this.#entries.set(key, entry);
    for (const index of this.#indexes.values()) index.set(key, entry.object);
    this.#tellAll({ key, before, after: entry.object });
  }

  #drop(key: ObjectKey, { object }: Entry<R>): void {
    this.#entries.delete(key);
    for (const index of this.#indexes.values()) index.delete(key);
    this.#tellAll({ key, before: object, after: undefined });
  }

  #tellAll(change: Change<R>): void {
    for (const listener of [...this.#listeners]) this.#tell(listener, change);
  }

  /** One listener that throws must not keep the news from the others, nor stop the watch. */
  #tell(listener: Listener<R>, change: Change<R>): void {
    try {
      listener(change);
    } catch (error) {
      this.#log.error('a listener of the watch cache threw', { key: change.key, error });
    }
  }
}

/** In another history, as after a restore, the same version of the same object may say something else. */
function isSame(held: KubeObject, listed: KubeObject): boolean {
  if (held.metadata.resourceVersion !== listed.metadata.resourceVersion) return false;
  return JSON.stringify(held) === JSON.stringify(listed);
}

function isReleased({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0;
}
