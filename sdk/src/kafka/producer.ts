import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs';

/** A record as it goes to the brokers. Records of one key stay in the order in which they were sent. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EventProducer {
  /** Resolves when all in-sync replicas have the records. After a rejection some of them may be there nevertheless. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a request carries at most, in records; more go in the next one. */
const MOST_TOGETHER = 1_000;

/**
 * An idempotent producer. It has one request under way at a time, and what comes meanwhile goes together in the next:
 * kafkajs 2.2.4 gives the sequence numbers of a request that failed to whichever comes next, and the brokers would take
 * another record of that number for the one they have, acknowledge it and drop it. After a failure it starts over with
 * a new producer id for the same reason.
 */
export function createEventProducer(kafka: Kafka): EventProducer {
  const queue: Waiting[] = [];
  let producer: Promise<Producer> | undefined;
  let sending: Promise<void> | undefined;

  const sendNext = async () => {
    const together = takeTogether(queue);
    try {
      producer ??= connect(kafka);
      await (await producer).sendBatch({
        acks: -1,
        topicMessages: byTopic(together.flatMap(({ records }) => records)),
      });
      for (const { resolve } of together) resolve();
    } catch (error) {
      await drop(producer);
      producer = undefined;
      for (const { reject } of together) reject(error);
    }
  };
  const sendAll = async () => {
    while (queue.length > 0) await sendNext();
    sending = undefined;
  };
  return {
    send(records) {
      if (records.length === 0) return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      queue.push({ records, resolve, reject });
      sending ??= sendAll();
      return promise;
    },
    async close() {
      await sending;
      await drop(producer);
      producer = undefined;
    },
  };
}

/** Topics are the operator's to create: a client must never bring one into being by asking for it. */
async function connect(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    // An idempotent producer of kafkajs tries for ever unless told otherwise; whoever sends decides whether to go on.
    retry: { retries: 5, initialRetryTime: 100 },
  });
  await producer.connect();
  return producer;
}

async function drop(producer: Promise<Producer> | undefined): Promise<void> {
  await producer?.then((connected) => connected.disconnect()).catch(() => {}); // it is of no more use either way
}

function takeTogether(queue: Waiting[]): readonly Waiting[] {
  let records = 0;
  const over = queue.findIndex((waiting) => {
    records += waiting.records.length;
    return records > MOST_TOGETHER;
  });
  return queue.splice(0, over === -1 ? queue.length : Math.max(1, over));
}

function byTopic(records: readonly OutgoingRecord[]): TopicMessages[] {
  return [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, sent]) => ({
    topic,
    messages: sent.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
  }));
}
