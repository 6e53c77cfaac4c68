import { setImmediate } from 'node:timers/promises';
import { Fault, type Settled } from '../../../ports/fault.ts';
import type { KafkaAdmin, TopicOffsets } from '../../../ports/kafka.ts';

type Answers = ReadonlyMap<string, Settled<TopicOffsets>>;

interface Gathering {
  names: Set<string>;
  answers: Promise<Answers>;
}

/**
 * Offsets of single topics, in shared calls: rounds that got one shared description of their topics go on in the same
 * turn of the event loop, and ask together.
 */
export class GatheredOffsets {
  readonly #gathering = new Map<KafkaAdmin, Gathering>();

  /** `undefined`: unknown as a whole, because a partition did not answer or `signal` ended the wait. */
  async read(name: string, admin: KafkaAdmin, signal: AbortSignal): Promise<TopicOffsets | undefined> {
    const gathering = this.#gathering.get(admin) ?? this.#begin(admin);
    gathering.names.add(name);
    const answer = (await untilAborted(gathering.answers, signal))?.get(name);
    if (answer?.ok !== true) return undefined;
    return [...answer.value.values()].includes(undefined) ? undefined : answer.value;
  }

  #begin(admin: KafkaAdmin): Gathering {
    const names = new Set<string>();
    const gathering = { names, answers: this.#ask(admin, names) };
    this.#gathering.set(admin, gathering);
    return gathering;
  }

  async #ask(admin: KafkaAdmin, names: ReadonlySet<string>): Promise<Answers> {
    await setImmediate();
    this.#gathering.delete(admin);
    try {
      // No caller's signal ends a call that others share; it has a deadline of its own.
      return await admin.readOffsets([...names], { signal: new AbortController().signal });
    } catch (error) {
      if (error instanceof Fault) return new Map();
      throw error;
    }
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const leave = () => resolve(undefined);
  signal.addEventListener('abort', leave, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', leave));
}
