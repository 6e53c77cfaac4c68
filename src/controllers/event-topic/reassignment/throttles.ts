import type { Book, Journal } from '../../../ports/journal.ts';
import type { KafkaAdmin } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import type { ConfigEntry } from '../../../ports/kafka-config.ts';
import { isMoving, isOursMoving } from './moving.ts';
import { heldReplicas, mayStart, type Targets } from './placement.ts';
import {
  aboutOf,
  type BrokerRecord,
  brokerThrottleBook,
  ownValue,
  recordKey,
  type SettingRecord,
  type SettingRecords,
  settingsBack,
  type TopicRecord,
  takeSetting,
  throttledReplicas,
  topicThrottleBook,
  withFormerReplicas,
} from './records.ts';

/** Partitions of one topic whose replicas are moved together. */
export interface Batch {
  clusterId: string;
  topic: string;
  topicId: string;
  targets: Targets;
  bytesPerSecond: number;
  /** How many partitions may move in the cluster at once, whoever moves them. */
  mostMoving: number;
}

interface StartedBatch extends Batch {
  /** Which replicas of each partition hold data already. */
  there: ReadonlyMap<number, readonly number[]>;
  /** The settings of the topic. */
  config: ReadonlyMap<string, ConfigEntry>;
}

const topicKeys = {
  leaders: 'leader.replication.throttled.replicas',
  followers: 'follower.replication.throttled.replicas',
};
const brokerKeys = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];

type Changes = Map<string, string | undefined>;

/**
 * Starts and ends reassignments. What is changed for their time is stored in the journal first, and set back when they
 * are over; the brokers' rates when the last one is. One thing at a time for each Kafka cluster, because topics share
 * the rates of its brokers and the number of partitions that may move.
 */
export class Throttles {
  readonly #topics: Book<TopicRecord>;
  readonly #brokers: Book<BrokerRecord>;
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(journal: Journal) {
    this.#topics = journal.open(topicThrottleBook);
    this.#brokers = journal.open(brokerThrottleBook);
  }

  recordOf(clusterId: string, topic: string): TopicRecord | undefined {
    return this.#topics.find(recordKey(clusterId, topic));
  }

  /** What there is to set back, by Kafka cluster; for topics with a token that changes with each batch. */
  pending(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const pending = new Map<string, Map<string, string>>();
    for (const { key } of this.#brokers.list()) pending.set(aboutOf(key).clusterId, new Map());
    for (const { key } of this.#topics.list()) {
      const { clusterId, name } = aboutOf(key);
      const topics = pending.get(clusterId) ?? new Map<string, string>();
      pending.set(clusterId, topics.set(name, tokenOf(this.#topics.find(key))));
    }
    return pending;
  }

  /**
   * Starts as many partitions of the batch as may move now, in their order. Answers how many. It looks again at what is
   * in sync and at what others move, because it may have waited for its turn.
   */
  start(admin: KafkaAdmin, batch: Batch, options: KafkaCallOptions & { now: Date }): Promise<number> {
    return this.#inTurn(batch.clusterId, async () => {
      const [moving, topic, partitions = []] = await Promise.all([
        admin.countMoving(options),
        admin.describeTopic(batch.topic, options),
        admin.describeReplicas(batch.topic, options),
      ]);
      if (topic?.id !== batch.topicId) return 0;
      const record = this.recordOf(batch.clusterId, batch.topic);
      const ready = partitions.flatMap((partition) => {
        const target = batch.targets.get(partition.partition);
        const free = !isMoving(partition) || isOursMoving(partition, record);
        return target && free && mayStart(partition, target) ? [{ partition, target }] : [];
      });
      const elsewhere = [...moving].reduce((sum, [name, count]) => sum + (name === batch.topic ? 0 : count), 0);
      const started = ready.slice(0, Math.max(0, batch.mostMoving - elsewhere));
      if (started.length === 0) return 0;
      const targets = new Map(started.map(({ partition, target }) => [partition.partition, target]));
      const there = new Map(started.map(({ partition }) => [partition.partition, heldReplicas(partition)]));
      await this.#slowDown(admin, { ...batch, targets, there, config: topic.config }, options);
      await admin.reassignReplicas(batch.topic, targets, options);
      return started.length;
    });
  }

  /**
   * Sets back what was changed for a topic. With a `token` it does nothing when the record is another one by now, or what
   * it speaks of moves again.
   */
  end(admin: KafkaAdmin, clusterId: string, topic: string, options: KafkaCallOptions, token?: string): Promise<void> {
    return this.#inTurn(clusterId, async () => {
      const record = this.recordOf(clusterId, topic);
      if (token === undefined ? record === undefined : tokenOf(record) !== token) return;
      const partitions = (token !== undefined && (await admin.describeReplicas(topic, options))) || [];
      if (partitions.some((partition) => isOursMoving(partition, record))) return;
      await this.#releaseTopic(admin, topic, record, options);
      this.#topics.release(recordKey(clusterId, topic));
      await this.#releaseBrokers(admin, clusterId, options);
    });
  }

  /** Sets the brokers' rates back where no topic needs them any more; a broker that is away waits. */
  releaseBrokers(admin: KafkaAdmin, clusterId: string, options: KafkaCallOptions): Promise<void> {
    return this.#inTurn(clusterId, () => this.#releaseBrokers(admin, clusterId, options));
  }

  async #slowDown(admin: KafkaAdmin, batch: StartedBatch, options: KafkaCallOptions & { now: Date }): Promise<void> {
    const { clusterId, topic, topicId, targets, there } = batch;
    const lists = throttledReplicas(targets, there);
    const before = this.recordOf(clusterId, topic);
    const known = before?.topicId === topicId ? before.settings : {};
    const slowed = lists.followers === '' ? undefined : topicSettings(batch.config, lists, known);
    const record: TopicRecord = {
      topicId,
      targets: Object.fromEntries(targets),
      settings: { ...known, ...slowed?.records },
    };
    const rates = slowed ? await this.#brokerRates(admin, batch, options) : new Map<number, Slowed>();
    await Promise.all([
      this.#topics.record(recordKey(clusterId, topic), record),
      ...[...rates].map(([broker, { records }]) =>
        this.#brokers.record(recordKey(clusterId, broker), { settings: records }),
      ),
    ]);
    for (const [broker, { changes }] of rates) {
      if (changes.size > 0) await admin.alterBrokerConfig(broker, changes, options);
    }
    if (slowed && slowed.changes.size > 0) await admin.alterTopicConfig(topic, slowed.changes, options);
  }

  async #brokerRates(
    admin: KafkaAdmin,
    { clusterId, targets, there, bytesPerSecond }: StartedBatch,
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<number, Slowed>> {
    const involved = new Set(
      [...targets].flatMap(([partition, target]) => [...target, ...(there.get(partition) ?? [])]),
    );
    const { brokers } = await admin.describeCluster(options);
    const live = brokers.map(({ id }) => id).filter((id) => involved.has(id));
    const wanted = new Map(brokerKeys.map((key) => [key, String(bytesPerSecond)]));
    const slowed = live.map(async (broker): Promise<[number, Slowed]> => {
      const config = await admin.readBrokerConfig(broker, brokerKeys, options);
      return [broker, slowedTo(wanted, config, this.#brokerSettings(clusterId, broker))];
    });
    return new Map(await Promise.all(slowed));
  }

  async #releaseTopic(
    admin: KafkaAdmin,
    topic: string,
    record: TopicRecord | undefined,
    options: KafkaCallOptions,
  ): Promise<void> {
    const live = record && (await admin.describeTopic(topic, options));
    // A topic that was created anew has none of our settings.
    if (!record || !live || live.id !== record.topicId) return;
    const changes = settingsBack(record.settings, live.config);
    if (changes.size > 0) await admin.alterTopicConfig(topic, changes, options);
  }

  #brokerSettings(clusterId: string, broker: number): SettingRecords {
    return this.#brokers.find(recordKey(clusterId, broker))?.settings ?? {};
  }

  async #releaseBrokers(admin: KafkaAdmin, clusterId: string, options: KafkaCallOptions): Promise<void> {
    const namesIn = ({ list }: Pick<Book<unknown>, 'list'>) =>
      [...list()].map(({ key }) => aboutOf(key)).flatMap((about) => (about.clusterId === clusterId ? about.name : []));
    if (namesIn(this.#topics).length > 0) return;
    const { brokers } = await admin.describeCluster(options);
    const slowed = namesIn(this.#brokers);
    for (const { id } of brokers.filter((broker) => slowed.includes(String(broker.id)))) {
      const live = await admin.readBrokerConfig(id, brokerKeys, options);
      const changes = settingsBack(this.#brokerSettings(clusterId, id), live);
      if (changes.size > 0) await admin.alterBrokerConfig(id, changes, options);
      this.#brokers.release(recordKey(clusterId, id));
    }
  }

  async #inTurn<Result>(clusterId: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(clusterId) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(clusterId, turn);
    return turn;
  }
}

/** What has to be stored first, and then written. */
interface Slowed {
  records: SettingRecords;
  changes: Changes;
}

function topicSettings(
  config: ReadonlyMap<string, ConfigEntry>,
  lists: { leaders: string; followers: string },
  known: SettingRecords,
): Slowed {
  const wanted = (['leaders', 'followers'] as const).map((side): [string, string] => {
    const key = topicKeys[side];
    const former = known[key] ? known[key].before : ownValue(config.get(key));
    return [key, withFormerReplicas(former, lists[side])];
  });
  return slowedTo(new Map(wanted), config, known);
}

function slowedTo(
  wanted: ReadonlyMap<string, string>,
  live: ReadonlyMap<string, ConfigEntry>,
  known: SettingRecords,
): Slowed {
  const records: Record<string, SettingRecord> = { ...known };
  const changes: Changes = new Map();
  for (const [key, value] of wanted) {
    const entry = live.get(key);
    const taken = takeSetting(known[key], entry, value);
    if (taken === undefined) continue;
    records[key] = taken;
    if (ownValue(entry) !== value) changes.set(key, value);
  }
  return { records, changes };
}

/** Tells one record from another; `undefined` is one that cannot be read. */
function tokenOf(record: TopicRecord | undefined): string {
  return record === undefined ? '' : JSON.stringify(record);
}
