import type { Change, KubeObject, ObjectKey, ResourceCache } from '../ports/kube.ts';

/** Something that rounds of a kind depend on: its changes wake keys of the kind. */
export interface Trigger {
  /** Resolves once it is known as a whole, before which no round begins; rejects when `signal` aborts first. */
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Calls `wake` with each key to look at, first for what is there already. Returns how to stop. */
  subscribe(wake: (key: ObjectKey) => void): () => void;
}

/** A change of an object in `cache` wakes the keys that `keysOf` gives for it. */
export function watch<T extends KubeObject>(
  cache: ResourceCache<T>,
  keysOf: (change: Change<T>) => Iterable<ObjectKey>,
): Trigger {
  return {
    whenSynced: (signal) => cache.whenSynced(signal),
    subscribe: (wake) =>
      cache.subscribe((change) => {
        for (const key of keysOf(change)) wake(key);
      }),
  };
}
