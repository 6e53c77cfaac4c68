import type { Index, ObjectKey } from '../../../ports/kube.ts';
import type { Log } from '../../../ports/log.ts';

/** The keys of objects by a value that a function finds in them. */
export class KeyIndex<R> {
  readonly #index: Index<R>;
  readonly #log: Log;
  readonly #keysByValue = new Map<string, Set<ObjectKey>>();
  readonly #valuesByKey = new Map<ObjectKey, readonly string[]>();

  constructor(index: Index<R>, log: Log) {
    this.#index = index;
    this.#log = log;
  }

  keys(value: string): readonly ObjectKey[] {
    return [...(this.#keysByValue.get(value) ?? [])];
  }

  set(key: ObjectKey, resource: R): void {
    this.delete(key);
    const values = this.#read(key, resource);
    if (values.length > 0) this.#valuesByKey.set(key, values);
    for (const value of values) {
      const keys = this.#keysByValue.get(value);
      if (keys === undefined) this.#keysByValue.set(value, new Set([key]));
      else keys.add(key);
    }
  }

  delete(key: ObjectKey): void {
    for (const value of this.#valuesByKey.get(key) ?? []) {
      const keys = this.#keysByValue.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysByValue.delete(value);
    }
    this.#valuesByKey.delete(key);
  }

  /** An object that the function cannot read, such as one of an older schema, is in no index. */
  #read(key: ObjectKey, resource: R): readonly string[] {
    try {
      return this.#index.valuesOf(resource);
    } catch (error) {
      this.#log.error('an index function threw', { key, error });
      return [];
    }
  }
}
