/** The parts of Kubernetes objects that the runtime and the kinds use. Field names are the API's own. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  /** RFC 3339, as the next one. */
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: readonly string[];
  annotations?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** `namespace/name`, or `name` for cluster-scoped objects. */
export type ObjectKey = string;

export interface Change<R> {
  key: ObjectKey;
  before: R | undefined;
  after: R | undefined;
}

/** One way to find objects of a kind. Made once, beside what it is about; stores keep it, and the same value asks them. */
export interface Index<R> {
  /** For messages. */
  readonly name: string;
  /** The values under which an object is found. */
  readonly valuesOf: (resource: R) => readonly string[];
}

export function index<R>(name: string, valuesOf: (resource: R) => string | readonly string[]): Index<R> {
  return { name, valuesOf: (resource) => [valuesOf(resource)].flat() };
}

/** A JSON merge patch (RFC 7386): `null` removes a field. */
export type MergePatch = Readonly<Record<string, unknown>>;

export interface CallOptions {
  signal: AbortSignal;
}

/** Reads of one kind from the watch cache. Objects are shared and must not be changed. */
export interface ResourceCache<R extends KubeObject> {
  /** True once the first complete list is in. */
  synced(): boolean;
  /** Resolves once `synced()` is true; rejects when `signal` aborts first. */
  whenSynced(signal: AbortSignal): Promise<void>;
  get(key: ObjectKey): R | undefined;
  list(): Iterable<R>;
  /** Objects for which `index`, one of those that the cache keeps, gives `value`. */
  byIndex(index: Index<R>, value: string): readonly R[];
  /** Calls `listener` for each change, first for what is there already. Returns how to stop. */
  subscribe(listener: (change: Change<R>) => void): () => void;
}

/**
 * One kind: the watch cache, and writes whose answers go into that cache, so that no later read is older than our own
 * last write. Writes carry the object's uid and resourceVersion; a mismatch is a Fault of kind `conflict`.
 */
export interface ResourceStore<R extends KubeObject> extends ResourceCache<R> {
  /** Why an object does not fit its schema, such as one that an older or newer API accepted; empty: it does. */
  problemsOf(resource: R): readonly string[];
  /** A live GET, past the cache. */
  read(key: ObjectKey, options: CallOptions): Promise<R | undefined>;
  patch(resource: R, patch: MergePatch, options: CallOptions): Promise<R>;
  patchStatus(resource: R, status: MergePatch, options: CallOptions): Promise<R>;
}

/** What an event says; the recorder adds the object, the times and the limits. */
export interface EventNote {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** Best effort and off the critical path: bounded, at most one per object and reason in 5 minutes. */
export interface EventRecorder {
  record(object: KubeObject, note: EventNote): void;
}

/** One entry of a generated role. Adapters declare what they call, beside the calls. */
export interface PolicyRule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
  /** Where the rule applies: the whole cluster, or the operator's own namespace only. */
  scope: 'cluster' | 'operator-namespace';
}
