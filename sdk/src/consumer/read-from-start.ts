import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { waitFor } from '../service/wait.ts';
import { type ConsumerParts, consume, type Handler } from './consume.ts';

export interface Reader<Value> {
  /** Begins the name of the group. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Reading begins at the first record: forget what was read before. */
  restarted(): void;
  readonly handle: Handler<Value>;
  /** Everything that was there at the start has been handled. Comes once after each `restarted`. */
  caughtUp(): void;
}

/**
 * Reads whole topics, and then what comes, until the signal is aborted. Each reader needs every record, from the first one, at
 * every start. So each has a group of its own and commits nothing: a second replica is a second full reader, not a share of the
 * work, and the brokers drop the empty group by themselves.
 */
export function readFromStart<Value>(reader: Reader<Value>, parts: ConsumerParts): Promise<void> {
  let history = new History(() => {});
  const begin = async () => {
    const begun: History = new History(() => {
      if (history === begun) reader.caughtUp(); // else reading has begun anew meanwhile
    });
    history = begun;
    reader.restarted();
    begun.endsAt(await waitFor('the length of the topics', () => readEnds(parts.kafka, reader.topics), parts));
  };
  return consume<Value>(
    {
      group: `${reader.name}-${randomUUID().slice(0, 8)}`,
      topics: reader.topics,
      commit: false,
      concurrency: 1, // what is read of a partition is then read without a gap
      joined: () => {
        // Fails only when the reader is told to stop meanwhile.
        begin().catch((error: unknown) => parts.log.debug(error, 'stopped before the topics were read'));
      },
      async handler(delivery) {
        await reader.handle(delivery);
        history.read(`${delivery.topic}/${delivery.partition}`, BigInt(delivery.offset));
      },
    },
    parts,
  );
}

type OffsetsByPartition = ReadonlyMap<string, bigint>;

/** Calls `done` once, when everything up to the ends has been read; both may become known in any order. */
class History {
  readonly #next = new Map<string, bigint>();
  #ends: OffsetsByPartition | undefined;
  #done: (() => void) | undefined;

  constructor(done: () => void) {
    this.#done = done;
  }

  endsAt(ends: OffsetsByPartition): void {
    this.#ends = ends;
    this.#look();
  }

  read(partition: string, offset: bigint): void {
    if (!this.#done) return;
    this.#next.set(partition, offset + 1n);
    this.#look();
  }

  #look(): void {
    if (!this.#ends) return;
    const complete = [...this.#ends].every(([partition, end]) => (this.#next.get(partition) ?? 0n) >= end);
    if (!complete) return;
    this.#done?.();
    this.#done = undefined;
  }
}

/** The end of each partition that holds anything, by `topic/partition`. */
async function readEnds(kafka: Kafka, topics: readonly string[]): Promise<OffsetsByPartition> {
  const admin = kafka.admin({ retry: { retries: 0 } });
  const endsOf = async (topic: string) =>
    (await admin.fetchTopicOffsets(topic))
      .filter(({ low, high }) => low !== high)
      .map(({ partition, high }): [string, bigint] => [`${topic}/${partition}`, BigInt(high)]);
  try {
    await admin.connect();
    return new Map((await Promise.all(topics.map(endsOf))).flat());
  } finally {
    await admin.disconnect();
  }
}
