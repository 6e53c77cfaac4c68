import { Fault } from '../../src/ports/fault.ts';
import type {
  CallOptions,
  Change,
  Index,
  KubeObject,
  MergePatch,
  ObjectKey,
  ObjectMeta,
  ResourceStore,
} from '../../src/ports/kube.ts';

export interface StoreWrite {
  verb: 'patch' | 'patchStatus';
  key: ObjectKey;
  patch: MergePatch;
}

/** What a test says about a new object; the rest of the metadata is filled in. */
export type NewObject<R extends KubeObject> = Omit<R, 'metadata'> & {
  metadata: Partial<ObjectMeta> & { name: string };
};

export interface FakeStoreOptions<R> {
  indexes?: readonly Index<R>[];
  /** False: `sync()` makes the first list complete. */
  synced?: boolean;
}

interface Failure {
  fault: Error;
  /** The call takes effect and only its answer is lost. */
  applied: boolean;
}

/**
 * One kind in memory, with the API server's rules: a write must name the uid and resourceVersion that are stored, a
 * spec that changes raises the generation, a status write touches nothing else, a deleted object stays until its last
 * finalizer goes, and a write that changes nothing leaves the resourceVersion.
 */
export class FakeStore<R extends KubeObject> implements ResourceStore<R> {
  /** Writes that went through `ResourceStore`, as they were asked for. */
  readonly writes: StoreWrite[] = [];
  /** Called before each write takes effect: for tests that change something in between, or hold it up. */
  beforeWrite: (write: StoreWrite) => void | Promise<void> = () => {};
  /** Why the object of a key does not fit its schema. */
  readonly problems = new Map<ObjectKey, readonly string[]>();
  readonly #objects = new Map<ObjectKey, R>();
  readonly #listeners = new Set<(change: Change<R>) => void>();
  readonly #options: FakeStoreOptions<R>;
  readonly #failures = new Map<number, Failure>();
  readonly #ready = Promise.withResolvers<void>();
  #calls = 0;
  #version = 0;
  #synced: boolean;

  constructor(objects: Iterable<NewObject<R>> = [], options: FakeStoreOptions<R> = {}) {
    this.#options = options;
    this.#synced = options.synced ?? true;
    for (const object of objects) this.create(object);
  }

  // What users and other controllers do.

  create(object: NewObject<R>): R {
    this.#version += 1;
    const { namespace, ...meta } = object.metadata;
    const created = {
      ...object,
      metadata: {
        uid: `uid-${this.#version}`,
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        ...meta,
        ...(namespace !== undefined && { namespace }),
        resourceVersion: String(this.#version),
      },
    } as unknown as R;
    if (this.#objects.has(keyOf(created))) throw new Error(`${keyOf(created)} exists already`);
    this.#put(created);
    return created;
  }

  /** A merge patch by somebody else: not counted as a write of ours, and never a conflict. */
  edit(key: ObjectKey, patch: MergePatch): R {
    return this.#apply(this.must(key), patch, 'spec and metadata');
  }

  /** The status as somebody else writes it. */
  editStatus(key: ObjectKey, status: MergePatch): R {
    return this.#apply(this.must(key), { status }, 'status');
  }

  /** The object as another history has it, which a restored backup brings: its generation says nothing of ours. */
  restore(object: R): void {
    this.#put(object);
  }

  /** `kubectl delete`: marks the object where a finalizer holds it, otherwise it is gone. */
  delete(key: ObjectKey): void {
    const object = this.must(key);
    const held = (object.metadata.finalizers ?? []).length > 0;
    if (!held) this.#drop(object);
    else this.#apply(object, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }, 'spec and metadata');
  }

  // What tests ask.

  /** How many listen to changes. */
  get listeners(): number {
    return this.#listeners.size;
  }

  must(key: ObjectKey): R {
    const object = this.#objects.get(key);
    if (object === undefined) throw new Error(`there is no ${key}`);
    return object;
  }

  /** The `n`-th call from now (1 is the next) of read, patch or patchStatus fails. */
  failCall(n: number, fault: Error, { applied = false }: { applied?: boolean } = {}): void {
    this.#failures.set(this.#calls + n, { fault, applied });
  }

  sync(): void {
    this.#synced = true;
    this.#ready.resolve();
  }

  // ResourceStore.

  synced(): boolean {
    return this.#synced;
  }

  whenSynced(signal: AbortSignal): Promise<void> {
    if (this.#synced) return Promise.resolve();
    return new Promise((resolve, reject) => {
      void this.#ready.promise.then(resolve);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  get(key: ObjectKey): R | undefined {
    return this.#objects.get(key);
  }

  list(): readonly R[] {
    return [...this.#objects.values()];
  }

  byIndex(index: Index<R>, value: string): readonly R[] {
    if (!this.#options.indexes?.includes(index)) throw new Error(`this cache keeps no index "${index.name}"`);
    return this.list().filter((object) => index.valuesOf(object).includes(value));
  }

  subscribe(listener: (change: Change<R>) => void): () => void {
    for (const after of this.list()) listener({ key: keyOf(after), before: undefined, after });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  problemsOf(resource: R): readonly string[] {
    return this.problems.get(keyOf(resource)) ?? [];
  }

  read(key: ObjectKey, options: CallOptions): Promise<R | undefined> {
    return this.#call(options, () => this.#objects.get(key));
  }

  patch(resource: R, patch: MergePatch, options: CallOptions): Promise<R> {
    return this.#write({ verb: 'patch', key: keyOf(resource), patch }, resource, options);
  }

  patchStatus(resource: R, status: MergePatch, options: CallOptions): Promise<R> {
    return this.#write({ verb: 'patchStatus', key: keyOf(resource), patch: status }, resource, options);
  }

  async #write(write: StoreWrite, seen: R, options: CallOptions): Promise<R> {
    return this.#call(options, async () => {
      await this.beforeWrite(write);
      const stored = this.#objects.get(write.key);
      const { uid, resourceVersion } = seen.metadata;
      if (stored?.metadata.uid !== uid || stored.metadata.resourceVersion !== resourceVersion) {
        throw new Fault('kubernetes', 'conflict', `${write.key} has changed`, { code: '409' });
      }
      this.writes.push(write);
      if (write.verb === 'patch') return this.#apply(stored, write.patch, 'spec and metadata');
      return this.#apply(stored, { status: write.patch }, 'status');
    });
  }

  async #call<T>({ signal }: CallOptions, effect: () => T | Promise<T>): Promise<T> {
    this.#calls += 1;
    const failure = this.#failures.get(this.#calls);
    await Promise.resolve();
    if (signal.aborted) throw new Fault('kubernetes', 'unavailable', 'given up by the caller', { code: 'ABORTED' });
    if (failure !== undefined && !failure.applied) throw failure.fault;
    const answer = await effect();
    if (failure !== undefined) throw failure.fault;
    return answer;
  }

  #apply(before: R, patch: MergePatch, part: 'spec and metadata' | 'status'): R {
    const patched = merge(before, patch) as Parts<R>;
    const { spec, status }: Parts<R> = before;
    const after: Parts<R> = part === 'status' ? { ...before, status: patched.status } : { ...patched, status };
    if (same(after, before)) return before;
    const { generation = 1, deletionTimestamp } = before.metadata;
    const raised = !same(after.spec, spec) || after.metadata.deletionTimestamp !== deletionTimestamp;
    this.#version += 1;
    const numbers = { generation: generation + (raised ? 1 : 0), resourceVersion: String(this.#version) };
    const stored: R = { ...after, metadata: { ...after.metadata, ...numbers } };
    const released = stored.metadata.deletionTimestamp !== undefined && !stored.metadata.finalizers?.length;
    if (released) this.#drop(stored);
    else this.#put(stored);
    return stored;
  }

  #put(after: R): void {
    const key = keyOf(after);
    const before = this.#objects.get(key);
    this.#objects.set(key, after);
    for (const listener of [...this.#listeners]) listener({ key, before, after });
  }

  #drop(object: R): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    this.#objects.delete(key);
    for (const listener of [...this.#listeners]) listener({ key, before, after: undefined });
  }
}

type Parts<R> = R & { spec?: unknown; status?: unknown };

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** RFC 7386. What is stored has gone through JSON, as on the wire. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch === undefined ? target : JSON.parse(JSON.stringify(patch));
  const merged = new Map(Object.entries(isRecord(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keyOf({ metadata }: KubeObject): ObjectKey {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}
