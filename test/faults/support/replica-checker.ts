import { randomBytes } from 'node:crypto';
import { type Admin, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { connectionTimeout } from '../../helpers/kafka.ts';

export interface LivePartition {
  partition: number;
  replicas: readonly number[];
  inSync: readonly number[];
}

const rateKeys = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];
const recordBytes = 100_000;
const within = 120_000;

/** Replicas, throttles and records as another client sees them, which does not pass through our own adapter. */
export class ReplicaChecker {
  readonly #kafka: Kafka;

  constructor(bootstrapServers: string) {
    const retry = { retries: 20, initialRetryTime: 300 };
    const brokers = bootstrapServers.split(',');
    this.#kafka = new Kafka({ brokers, clientId: 'checker', logLevel: logLevel.NOTHING, retry, connectionTimeout });
  }

  partitionsOf(topic: string): Promise<LivePartition[]> {
    return this.#withAdmin(async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const partitions = topics[0]?.partitions ?? [];
      return partitions
        .map(({ partitionId, replicas, isr }) => ({ partition: partitionId, replicas, inSync: isr }))
        .toSorted((a, b) => a.partition - b.partition);
    });
  }

  /** Rates that were set for a broker at run time, leader and follower; `undefined`: none. */
  ratesOf(broker: number): Promise<(string | undefined)[]> {
    return this.#overridesOf(ConfigResourceTypes.BROKER, String(broker), rateKeys);
  }

  async throttledReplicasOf(topic: string): Promise<(string | undefined)[]> {
    const keys = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'];
    return this.#overridesOf(ConfigResourceTypes.TOPIC, topic, keys);
  }

  /** As a person does it by hand, who then looks whether the broker has it. It replaces all that was set for the broker. */
  async setRate(broker: number, bytesPerSecond: number): Promise<void> {
    const configEntries = [{ name: rateKeys[0] ?? '', value: String(bytesPerSecond) }];
    await this.#withAdmin(async (admin) => {
      const resources = [{ type: ConfigResourceTypes.BROKER, name: String(broker), configEntries }];
      await admin.alterConfigs({ validateOnly: false, resources });
    });
    await eventually(async () => expect((await this.ratesOf(broker))[0]).toBe(String(bytesPerSecond)), {
      within,
    });
  }

  /** Records of 100 kB, numbered per partition. */
  async produce(topic: string, partitions: number, perPartition: number): Promise<void> {
    const producer = this.#kafka.producer({ retry: { retries: 5 } });
    await producer.connect();
    for (let partition = 0; partition < partitions; partition += 1) {
      for (let first = 0; first < perPartition; first += 5) {
        const messages = Array.from({ length: Math.min(5, perPartition - first) }, (_, index) => {
          return { partition, key: String(first + index), value: randomBytes(recordBytes) };
        });
        await producer.send({ topic, messages, acks: -1 });
      }
    }
    await producer.disconnect();
  }

  /** The numbers of all records that are there, by partition. */
  async readAll(topic: string, expected: number): Promise<ReadonlyMap<number, number[]>> {
    const consumer = this.#kafka.consumer({ groupId: `checker-${randomBytes(4).toString('hex')}` });
    const seen = new Map<number, number[]>();
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    let count = 0;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        seen.set(partition, [...(seen.get(partition) ?? []), Number(message.key)]);
        count += 1;
        if (count === expected) resolve();
      },
    });
    await complete;
    await consumer.disconnect();
    return seen;
  }

  #overridesOf(type: ConfigResourceTypes, name: string, keys: readonly string[]): Promise<(string | undefined)[]> {
    // 1 is the broker's word for a setting of the topic's own, 2 for one of the broker's own.
    const own = type === ConfigResourceTypes.TOPIC ? 1 : 2;
    return this.#withAdmin(async (admin) => {
      const resources = [{ type, name, configNames: [...keys] }];
      const { resources: answers } = await admin.describeConfigs({ resources, includeSynonyms: false });
      const entries = answers[0]?.configEntries ?? [];
      const set = new Map(
        entries.filter(({ configSource }) => Number(configSource) === own).map((e) => [e.configName, e.configValue]),
      );
      return keys.map((key) => set.get(key));
    });
  }

  async #withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}
