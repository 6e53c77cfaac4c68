import { incrementalAlterConfigsV1 } from '@platformatic/kafka';
import { type Admin, type ConfigEntries, ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect } from 'vitest';
import { ClusterLinks } from '../../src/adapters/kafka/connection/cluster-links.ts';
import { requestOf } from '../../src/adapters/kafka/connection/request.ts';
import { operationOf } from '../../src/adapters/kafka/topics/calls.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { eventually } from './eventually.ts';

const within = 60_000;
/** The client's own second passes on a busy machine before anybody has had a turn. */
export const connectionTimeout = 30_000;

/**
 * The brokers as another client sees them: what it says does not pass through our own adapter. Brokers show a moment
 * later what a controller took, be it from the operator, which tells of it at once, or from here.
 */
export class KafkaChecker {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #connected: Promise<void>;
  readonly #bootstrapServers: readonly string[];

  constructor(bootstrapServers: string) {
    this.#bootstrapServers = bootstrapServers.split(',');
    this.#kafka = new Kafka({
      brokers: bootstrapServers.split(','),
      clientId: 'checker',
      logLevel: logLevel.NOTHING,
      connectionTimeout,
    });
    this.#admin = this.#kafka.admin();
    this.#connected = this.#admin.connect();
  }

  get kafka(): Kafka {
    return this.#kafka;
  }

  async admin(): Promise<Admin> {
    await this.#connected;
    return this.#admin;
  }

  async topics(): Promise<readonly string[]> {
    return (await this.admin()).listTopics();
  }

  async exists(topic: string): Promise<boolean> {
    return (await this.topics()).includes(topic);
  }

  /** Waits until the topic is there for clients: they give up on one that their broker has not heard of. */
  async whenShown(topic: string): Promise<void> {
    const admin = await this.admin();
    await eventually(
      async () => {
        const known = await admin.fetchTopicMetadata({ topics: [topic] });
        const [partition] = known.topics.flatMap(({ partitions }) => partitions);
        if (partition === undefined || partition.leader < 0) throw new Error(`topic ${topic} has no leader yet`);
      },
      { within },
    );
  }

  /** How many there are now; right after they were changed, see `whenPartitions`. */
  async partitions(topic: string): Promise<number> {
    await this.whenShown(topic);
    const admin = await this.admin();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  }

  /** Waits until there are that many. */
  whenPartitions(topic: string, count: number): Promise<void> {
    return eventually(async () => expect(await this.partitions(topic)).toBe(count), { within });
  }

  /** Settings that are set on the topic itself. */
  async overrides(topic: string): Promise<Record<string, string>> {
    await this.whenShown(topic);
    const admin = await this.admin();
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic }];
    const answer = await admin.describeConfigs({ resources, includeSynonyms: false });
    const entries: ConfigEntries[] = answer.resources[0]?.configEntries ?? [];
    return Object.fromEntries(
      entries
        // 1 is the broker's word for a setting of the topic's own.
        .filter((entry) => Number(entry.configSource) === 1)
        .map((entry) => [entry.configName, entry.configValue]),
    );
  }

  async createTopic(topic: string, numPartitions: number, config: Record<string, string> = {}): Promise<void> {
    const admin = await this.admin();
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    // On a busy machine its own wait for leaders gives up with an error although the topic is being made.
    const topics = [{ topic, numPartitions, replicationFactor: 1, configEntries }];
    await admin.createTopics({ topics, waitForLeaders: false });
    await this.whenShown(topic);
  }

  /** Resolves once the brokers show that many. */
  async growTopic(topic: string, count: number): Promise<void> {
    await (await this.admin()).createPartitions({ topicPartitions: [{ topic, count }] });
    await this.whenPartitions(topic, count);
  }

  /** Resolves once the brokers show none. */
  async deleteTopic(topic: string): Promise<void> {
    await (await this.admin()).deleteTopics({ topics: [topic] });
    await this.whenGone(topic);
  }

  /** Waits until the brokers show none. */
  whenGone(topic: string): Promise<void> {
    return eventually(async () => expect(await this.exists(topic)).toBe(false), { within });
  }

  /** Replaces all settings of the topic. Resolves once the brokers show just these. */
  async setConfig(topic: string, config: Record<string, string>): Promise<void> {
    const admin = await this.admin();
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
    await eventually(async () => expect(await this.overrides(topic)).toEqual(config), { within });
  }

  /** What holds for all brokers, where neither a broker nor a topic says otherwise; `undefined` takes it back. */
  async setDefault(key: string, value: string | undefined): Promise<void> {
    const none = () => undefined;
    const links = new ClusterLinks(this.#bootstrapServers, {
      clock: systemClock,
      clientId: 'checker',
      fence: () => true,
      onRequest: none,
      connectTimeoutMs: 5_000,
      maxAnswerBytes: 1_048_576,
    });
    // kafkajs refuses the empty name, which means all brokers.
    const all = { resourceType: 4 as const, resourceName: '', configs: [operationOf(key, value)] };
    const request = requestOf('IncrementalAlterConfigs', [incrementalAlterConfigsV1.api], [[all], false], true);
    try {
      const { responses } = await links.write(request, 5_000, () => []);
      const refused = responses.find(({ errorCode }) => errorCode !== 0);
      if (refused) throw new Error(`the brokers refuse the default ${key}: ${refused.errorMessage}`);
    } finally {
      links.close();
    }
  }

  async close(): Promise<void> {
    await (await this.admin()).disconnect();
  }
}
