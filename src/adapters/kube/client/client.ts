import type { CallOptions, KubeObject, MergePatch, ObjectKey } from '../../../ports/kube.ts';
import { describeRequest, type KubeRequest, Transport, type TransportParts } from '../connection/transport.ts';
import { isFault, malformed } from '../faults.ts';
import { placeOf, type ResourceType, type Subresource } from '../resource-type.ts';
import type { KubeSettings } from '../settings.ts';
import { readLines } from './lines.ts';
import { type Listing, listAll } from './paging.ts';
import { type Manifest, type Preview, previewApply } from './preview.ts';
import { eventOf, objectOf, pageOf, type WatchEvent } from './wire.ts';

export interface ListOptions<R> extends CallOptions {
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  /** Called with each page that came. */
  onPage?: () => void;
  /** Makes of each object what is wanted of it, page by page: all at once would keep the event loop from turning. */
  read?: (object: R) => R;
}

export interface WatchOptions extends CallOptions {
  /** Absent: all namespaces. */
  namespace?: string | undefined;
  resourceVersion: string;
  /** After how long the API server ends the watch. */
  timeoutSeconds: number;
  /** Called once the API server has begun to answer. */
  onOpen?: () => void;
}

export interface PatchOptions extends CallOptions {
  subresource?: Subresource;
}

export interface DeleteOptions extends CallOptions {
  uid: string;
  resourceVersion?: string;
}

/** An object to be created; the API server fills in the rest. */
export interface NewObject {
  metadata: { name?: string; generateName?: string; namespace?: string };
  [field: string]: unknown;
}

/**
 * The verbs of the Kubernetes API that we use. Every call throws only Fault: `conflict` when the state moved (409, 410,
 * or a write to something that is gone), `denied` for 401 and 403, `rejected` for other refusals, `throttled` for 429,
 * and `unavailable` when there was no usable answer. `code` is the HTTP status, or the name of the network error.
 */
export class KubeClient {
  readonly #transport: Transport;
  readonly #settings: KubeSettings;

  constructor(parts: TransportParts) {
    this.#transport = new Transport(parts);
    this.#settings = parts.settings;
  }

  /** Resolves when no call is under way. Rejects with the signal's reason when that aborts before. */
  whenIdle({ signal }: CallOptions): Promise<void> {
    return this.#transport.whenIdle(signal);
  }

  async get<R extends KubeObject>(type: ResourceType, key: ObjectKey, { signal }: CallOptions): Promise<R | undefined> {
    try {
      return await this.#object<R>({ verb: 'get', type, place: placeOf(key) }, signal);
    } catch (error) {
      if (isFault(error, '404')) return undefined;
      throw error;
    }
  }

  list<R extends KubeObject>(type: ResourceType, options: ListOptions<R>): Promise<Listing<R>> {
    const { namespace, onPage, read, signal } = options;
    return listAll<R>(async ({ limit, next }) => {
      const query = { limit: String(limit), ...(next !== undefined && { continue: next }) };
      const request: KubeRequest = { verb: 'list', type, place: { namespace }, query };
      const answer = await this.#transport.call(request, signal);
      onPage?.();
      const page = pageOf<R>(describeRequest(request), type, answer);
      return read ? { ...page, items: page.items.map((item) => read(item)) } : page;
    }, this.#settings.pageSize);
  }

  create<R extends KubeObject>(type: ResourceType, body: NewObject, { signal }: CallOptions): Promise<R> {
    const { namespace } = body.metadata;
    return this.#object<R>({ verb: 'create', type, place: { namespace }, body }, signal);
  }

  /** A merge patch, as it is: preconditions (`metadata.uid`, `metadata.resourceVersion`) are the caller's to add. */
  patch<R extends KubeObject>(
    type: ResourceType,
    key: ObjectKey,
    body: MergePatch,
    { subresource, signal }: PatchOptions,
  ): Promise<R> {
    return this.#object<R>({ verb: 'patch', type, place: { ...placeOf(key), subresource }, body }, signal);
  }

  /** What applying a manifest would make of an object; nothing is stored. A refusal is a Fault, as with the real thing. */
  previewApply<R extends KubeObject>(
    type: ResourceType,
    key: ObjectKey,
    manifest: Manifest,
    { signal }: CallOptions,
  ): Promise<Preview<R>> {
    return previewApply<R>(this.#transport, type, key, manifest, signal);
  }

  async delete(type: ResourceType, key: ObjectKey, { signal, ...preconditions }: DeleteOptions): Promise<void> {
    await this.#transport.call({ verb: 'delete', type, place: placeOf(key), body: { preconditions } }, signal);
  }

  /** Changes after `resourceVersion`, bookmarks included, until the server ends the watch, it fails or `signal` aborts. */
  async *watch<R extends KubeObject>(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent<R>> {
    const { namespace, resourceVersion, timeoutSeconds, onOpen, signal } = options;
    const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: `${timeoutSeconds}` };
    const request: KubeRequest = { verb: 'watch', type, place: { namespace }, query };
    const what = describeRequest(request);
    const tooLong = () => malformed(what, 'a watch event is too large');
    const chunks = this.#transport.stream(request, signal, onOpen);
    for await (const line of readLines(chunks, this.#settings.maxResponseBytes, tooLong)) {
      yield eventOf<R>(what, type, line);
    }
  }

  async #object<R extends KubeObject>(request: KubeRequest, signal: AbortSignal): Promise<R> {
    return objectOf<R>(describeRequest(request), request.type, await this.#transport.call(request, signal));
  }
}
