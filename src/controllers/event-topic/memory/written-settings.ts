import type { TopicState } from '../../../ports/kafka.ts';
import { type ConfigChanges, type ConfigEntry, sameValue } from '../../../ports/kafka-config.ts';

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
  restsUntilMs: number;
  /** Whether it was said that it rests. */
  told: boolean;
  /** What the brokers showed once they had heard of the write; absent: nobody has looked since. */
  shown?: { value: string | undefined };
}

interface Memory {
  settings: Map<string, Written>;
  /** The last request of a person to look now. */
  request?: string;
}

/**
 * What was set on topics lately, to notice values that do not stay: brokers that answer another value, or another
 * program that insists on its own. Such a value rests for an hour at a time instead of being fought over; another value
 * of the same setting does not. Kept in memory: after a restart it is tried once more.
 */
export class WrittenSettings {
  readonly #byOwner = new Map<string, Memory>();

  /** `owner` set these; `before` is what stood there. */
  note(owner: string, changes: ConfigChanges, before: ReadonlyMap<string, ConfigEntry>, now: Date): void {
    const { settings } = this.#memoryOf(owner);
    for (const [key, value] of changes) {
      const last = settings.get(key);
      const replaced = before.get(key)?.value;
      if (value === undefined) settings.delete(key);
      else settings.set(key, { ...writtenAgain(last, value, replaced), restsUntilMs: now.getTime() + restMs });
    }
  }

  /**
   * Values of `owner` that are to rest, by setting, given what the brokers show now. A new `request` of a person ends
   * the rests that were told before.
   */
  resting(
    owner: string,
    { config, awaited }: Pick<TopicState, 'config' | 'awaited'>,
    now: Date,
    request?: string,
  ): ReadonlyMap<string, string> {
    if (request !== undefined) this.#endRests(this.#memoryOf(owner), request, now);
    const resting = new Map<string, string>();
    for (const [key, written] of this.#byOwner.get(owner)?.settings ?? []) {
      const value = config.get(key)?.value;
      const isHeard = awaited?.has(key) !== true;
      if (isHeard) written.shown ??= { value };
      if (value !== undefined && sameValue(value, written.value)) continue;
      const rewritten = written.shown !== undefined && value === written.shown.value;
      const contested = isHeard && written.times >= mostCorrections && value === written.replaced;
      if (!(rewritten || contested) || now.getTime() >= written.restsUntilMs) continue;
      written.told = true;
      resting.set(key, written.value);
    }
    return resting;
  }

  forget(owner: string): void {
    this.#byOwner.delete(owner);
  }

  #endRests(memory: Memory, request: string, now: Date): void {
    if (memory.request === request) return;
    memory.request = request;
    for (const written of memory.settings.values()) {
      if (written.told) written.restsUntilMs = now.getTime();
    }
  }

  #memoryOf(owner: string): Memory {
    const memory = this.#byOwner.get(owner) ?? { settings: new Map() };
    this.#byOwner.set(owner, memory);
    return memory;
  }
}

/** Where the brokers made the same of the same value before, that is taken to be so until they show another one. */
function writtenAgain(
  last: Written | undefined,
  value: string,
  replaced: string | undefined,
): Omit<Written, 'restsUntilMs'> {
  if (last?.value !== value) return { value, replaced, times: 1, told: false };
  const times = last.replaced === replaced ? last.times + 1 : 1;
  return { value, replaced, times, told: false, ...(last.shown?.value === replaced && { shown: last.shown }) };
}
