import { keyOf } from '../../../base/keys.ts';
import type { Parsed } from '../../../base/parsed.ts';
import type { Clock } from '../../../ports/clock.ts';
import type {
  CallOptions,
  Change,
  Index,
  KubeObject,
  MergePatch,
  ObjectKey,
  ResourceStore,
} from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';
import type { KubeClient } from '../client/client.ts';
import type { ResourceType, Subresource } from '../resource-type.ts';
import type { KubeSettings } from '../settings.ts';
import { ObjectCache } from './cache.ts';
import { Reflector, type Sink, type Source } from './reflector.ts';

export interface StoreOptions<R> {
  type: ResourceType;
  /** Absent: all namespaces. */
  namespace?: string;
  /** True for a kind of another project, which may not be installed: it then counts as synced and empty. */
  optional?: boolean;
  /** Those that `byIndex` may ask for. */
  indexes?: readonly Index<R>[];
  /** Gives each object its final form: checks it, fills in defaults, or drops what only takes memory. */
  parse?: (object: R) => Parsed<R>;
  /** Hears of objects that `parse` did not accept; they are kept as they came. */
  onUnparsed?: (object: R, problems: readonly string[]) => void;
}

export interface StoreParts {
  client: KubeClient;
  clock: Clock;
  random: () => number;
  log: Log;
  settings: KubeSettings;
}

/** One kind: a watch cache that `run` keeps up to date, and writes whose answers go into it. */
export class KubeStore<R extends KubeObject> implements ResourceStore<R> {
  readonly #options: StoreOptions<R>;
  readonly #parts: StoreParts;
  readonly #cache: ObjectCache<R>;
  readonly #problems = new WeakMap<R, readonly string[]>();
  #activeAtMs: number;
  /** How often a list was asked for. */
  #lists = 0;

  constructor(options: StoreOptions<R>, parts: StoreParts) {
    this.#options = options;
    this.#parts = parts;
    this.#cache = new ObjectCache(options.indexes ?? [], parts.log);
    this.#activeAtMs = parts.clock.monotonicMs();
  }

  /** Follows the API server until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return new Reflector(this.#source(), this.#sink(), this.#parts).run(signal);
  }

  /** For how long nothing was heard from the API server on this kind, nor asked: `run` has stopped after a few minutes. */
  idleMs(): number {
    return this.#parts.clock.monotonicMs() - this.#activeAtMs;
  }

  synced(): boolean {
    return this.#cache.synced();
  }

  whenSynced(signal: AbortSignal): Promise<void> {
    return this.#cache.whenSynced(signal);
  }

  get(key: ObjectKey): R | undefined {
    return this.#cache.get(key);
  }

  list(): Iterable<R> {
    return this.#cache.list();
  }

  byIndex(index: Index<R>, value: string): readonly R[] {
    return this.#cache.byIndex(index, value);
  }

  subscribe(listener: (change: Change<R>) => void): () => void {
    return this.#cache.subscribe(listener);
  }

  problemsOf(resource: R): readonly string[] {
    return this.#problems.get(resource) ?? [];
  }

  async read(key: ObjectKey, options: CallOptions): Promise<R | undefined> {
    const object = await this.#parts.client.get<R>(this.#options.type, key, options);
    return object && this.#parse(object);
  }

  patch(resource: R, patch: MergePatch, options: CallOptions): Promise<R> {
    return this.#write(resource, patch, options);
  }

  patchStatus(resource: R, status: MergePatch, options: CallOptions): Promise<R> {
    return this.#write(resource, { status }, { ...options, subresource: 'status' });
  }

  async #write(resource: R, patch: MergePatch, options: CallOptions & { subresource?: Subresource }): Promise<R> {
    const body = withPreconditions(resource, patch);
    const lists = this.#lists;
    const answer = await this.#parts.client.patch<R>(this.#options.type, keyOf(resource), body, options);
    const written = this.#parse(answer);
    // With a list asked for meanwhile, the answer may be one from before a restore, however new its version.
    const known = lists === this.#lists ? written : await this.read(keyOf(resource), options);
    if (known !== undefined) this.#cache.adopt(known);
    return written;
  }

  #source(): Source<R> {
    const { client } = this.#parts;
    const { type, namespace, optional = false } = this.#options;
    return {
      name: type.plural,
      optional,
      list: (onPage, signal) => {
        const read = (object: R) => this.#parse(object);
        return client.list<R>(type, { namespace, onPage, read, signal });
      },
      watch: (from, signal) => client.watch<R>(type, { ...from, namespace, signal }),
    };
  }

  #sink(): Sink<R> {
    const cache = this.#cache;
    return {
      beforeList: () => {
        this.#lists += 1;
        return cache.newest();
      },
      replace: (listing, newestBefore) => cache.replace(listing, newestBefore),
      // To read an object takes far longer than to see that it is an echo of our own write.
      apply: (object) => cache.apply(cache.isNews(object) ? this.#parse(object) : object),
      remove: (object) => cache.remove(object),
      clear: () => {
        cache.clear();
        if (this.#options.optional) cache.markSynced();
      },
      active: () => {
        this.#activeAtMs = this.#parts.clock.monotonicMs();
      },
    };
  }

  #parse(object: R): R {
    const parsed = this.#parsed(object);
    if (parsed.ok) return parsed.resource;
    this.#options.onUnparsed?.(object, parsed.problems);
    this.#problems.set(object, parsed.problems);
    return object;
  }

  /** One object that its parser stumbles over must not stop the watch of all others. */
  #parsed(object: R): Parsed<R> {
    try {
      return this.#options.parse?.(object) ?? { ok: true, resource: object };
    } catch (error) {
      return { ok: false, problems: [String(error)] };
    }
  }
}

/** The uid guards against an object that was re-created under the same name, the version against changes in between. */
function withPreconditions({ metadata }: KubeObject, patch: MergePatch): MergePatch {
  const wanted = typeof patch.metadata === 'object' ? patch.metadata : {};
  return { ...patch, metadata: { ...wanted, uid: metadata.uid, resourceVersion: metadata.resourceVersion } };
}
