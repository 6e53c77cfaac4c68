import type { ConfigChanges, ConfigEntry } from '../../ports/kafka.ts';
import { sameValue } from '../../ports/kafka-values.ts';

/** How long a value that does not stay is left alone. */
const restMs = 3_600_000;
/** How often the same value may be set against the same other one before somebody is taken to insist on it. */
const mostCorrections = 2;

interface Written {
  value: string;
  /** What stood there before. */
  replaced: string | undefined;
  /** How often in a row this value was set in place of that one. */
  times: number;
  atMs: number;
  /** What the brokers showed at the first look after the write; absent: no look yet. */
  shown?: { value: string | undefined };
}

/**
 * What was set on topics lately, to notice values that do not stay: brokers that answer another value, or another
 * program that insists on its own. Such a setting rests for an hour at a time instead of being fought over. Kept in
 * memory: after a restart it is tried once more.
 */
export class WrittenSettings {
  readonly #byOwner = new Map<string, Map<string, Written>>();

  /** `owner` set these; `before` is what stood there. */
  note(owner: string, changes: ConfigChanges, before: ReadonlyMap<string, ConfigEntry>, now: Date): void {
    const written = this.#byOwner.get(owner) ?? new Map<string, Written>();
    this.#byOwner.set(owner, written);
    for (const [key, value] of changes) {
      const last = written.get(key);
      const replaced = before.get(key)?.value;
      const again = last !== undefined && last.value === value && last.replaced === replaced;
      if (value === undefined) written.delete(key);
      else written.set(key, { value, replaced, times: again ? last.times + 1 : 1, atMs: now.getTime() });
    }
  }

  /** Settings of `owner` that are to rest, given what the brokers show now. */
  resting(owner: string, live: ReadonlyMap<string, ConfigEntry>, now: Date): ReadonlySet<string> {
    const resting = new Set<string>();
    for (const [key, written] of this.#byOwner.get(owner) ?? []) {
      const value = live.get(key)?.value;
      written.shown ??= { value };
      if (value !== undefined && sameValue(value, written.value)) continue;
      const rewritten = value === written.shown.value;
      const contested = written.times >= mostCorrections && value === written.replaced;
      if ((rewritten || contested) && now.getTime() - written.atMs < restMs) resting.add(key);
    }
    return resting;
  }

  forget(owner: string): void {
    this.#byOwner.delete(owner);
  }
}
