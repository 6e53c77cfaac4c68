import type { Fault, Settled } from './fault.ts';
import type { AlterOptions, KafkaCallOptions, WriteOptions } from './kafka-calls.ts';
import type { ConfigChanges, ConfigEntry } from './kafka-config.ts';
import type { ReplicaAdmin } from './kafka-replicas.ts';

export interface Broker {
  id: number;
  host: string;
  port: number;
  rack?: string;
}

export interface ClusterState {
  clusterId: string;
  brokers: readonly Broker[];
  /** The brokers refuse the newest credentials; what answers is a connection that was made with the ones before. */
  loginRefused?: Fault;
}

export interface TopicState {
  name: string;
  /** 22 characters of URL-safe base64, as Kafka prints topic ids. */
  id: string;
  partitions: number;
  /** The smallest number of replicas that any partition has. */
  replicationFactor: number;
  /** The largest, where partitions differ. */
  mostReplicas?: number;
  config: ReadonlyMap<string, ConfigEntry>;
  /** Changes of settings that this client made lately, where the brokers still show what was there before. */
  awaited?: ConfigChanges;
}

export interface ListedTopic {
  name: string;
  /** The brokers keep it for themselves, such as `__consumer_offsets`. */
  internal: boolean;
}

export interface NewTopic {
  name: string;
  /** Absent: the broker's default. */
  partitions?: number;
  replicationFactor?: number;
  config: ReadonlyMap<string, string>;
}

/** 0 ≤ `logStart` ≤ `end`. */
export interface PartitionOffsets {
  partition: number;
  /** The next offset to be written (high watermark). */
  end: bigint;
  /** The first offset still kept. */
  logStart: bigint;
}

/** `undefined` for a partition whose answer failed or is missing: unknown, never zero. */
export type TopicOffsets = ReadonlyMap<number, PartitionOffsets | undefined>;

export interface GroupMember {
  memberId: string;
  clientId: string;
  host: string;
  /** Partition numbers by topic. */
  assignment: ReadonlyMap<string, readonly number[]>;
  /** Topics the member asked for. */
  subscription: readonly string[];
}

export interface GroupState {
  groupId: string;
  protocol: 'classic' | 'consumer';
  /** As the broker names it: Stable, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead. */
  state: string;
  /** The assignor in use, such as `range`, `roundrobin`, `uniform`, `RoundRobinAssigner`; empty when unknown. */
  assignor: string;
  members: readonly GroupMember[];
}

/** Groups by name, sorted. */
export interface TopicReaders {
  /** Those with a live member that is assigned, or subscribes to, the topic. */
  reading: readonly string[];
  /** Those that rebalance, so that nobody can say what they read, and may read the topic. */
  unsettled: readonly string[];
  /** Those that no broker can describe, such as for what their members left there, and may read the topic. */
  unreadable: readonly string[];
}

/** Committed offsets, 0 or more, by topic and partition; `undefined`: this group never committed there. */
export type CommittedOffsets = ReadonlyMap<string, ReadonlyMap<number, bigint | undefined>>;

/**
 * What waits in a partition. `time`: when it was appended, as its producer says: 1970 or later, and perhaps in the future;
 * `undefined`: it has none that can be read.
 */
export type FoundRecord =
  /** A record, or something that cannot be told from one. */
  | { kind: 'record'; offset: bigint; time: Date | undefined }
  /** A transaction began here that is neither committed nor aborted: nothing after it can be got yet. */
  | { kind: 'open'; offset: bigint; time: Date | undefined }
  /** No record before `until`: markers of transactions, aborted ones, offsets that compaction left empty. */
  | { kind: 'none'; until: bigint };

/**
 * One Kafka cluster, seen by an operator. Every call throws only Fault.
 * Calls for single topics that arrive together travel in shared requests; each gets its own result or Fault.
 * A topic that this client created or grew, it shows at once, even while the brokers still spread the news. Settings are
 * what the brokers show. A topic that it created within seconds and that a broker does not show any more is a Fault of
 * kind `unavailable`: brokers hear one by one.
 */
export interface KafkaAdmin extends ReplicaAdmin {
  describeCluster(options: KafkaCallOptions): Promise<ClusterState>;
  /** All topics that this client may see, from the brokers, never from memory; in no order. */
  listTopics(options: KafkaCallOptions): Promise<readonly ListedTopic[]>;
  describeTopic(name: string, options: KafkaCallOptions): Promise<TopicState | undefined>;
  /** The live name of a topic id, from the brokers, never from memory; `undefined`: no such topic. */
  nameOfTopicId(id: string, options: KafkaCallOptions): Promise<string | undefined>;
  /** One request sets partitions, replication and config. Code `TOPIC_ALREADY_EXISTS` is a Fault of kind `conflict`. */
  createTopic(topic: NewTopic, options: WriteOptions): Promise<TopicState>;
  /** Grows to `total` partitions. Having that many already is success. */
  growTopic(name: string, total: number, options: WriteOptions): Promise<void>;
  /** Changes the named settings only; all others stay as they are. */
  alterTopicConfig(name: string, changes: ConfigChanges, options: AlterOptions): Promise<void>;
  /** By id, so that a topic that somebody re-created under the same name survives. Being gone already is success. */
  deleteTopic(id: string, options: KafkaCallOptions): Promise<void>;
  /** A group that cannot be described is in the answer; a Fault says that groups are hidden or out of reach, and names none. */
  groupsReading(topic: string, options: KafkaCallOptions): Promise<TopicReaders>;

  /** Offsets of every partition of every topic, in as few requests as the cluster allows. */
  readOffsets(
    topics: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<TopicOffsets>>>;
  /** Committed offsets of many groups. Reads only: nothing is committed or reset. */
  readCommitted(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<CommittedOffsets>>>;
  /** Classic and KIP-848 groups. A group that the broker does not know has state `Dead` and no members. */
  describeGroups(
    groups: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, Settled<GroupState>>>;
  /**
   * The first record at or after `offset` that a consumer of committed records would get, in a bounded number of small
   * requests. `undefined`: there is no such partition.
   */
  findRecord(
    topic: string,
    partition: number,
    offset: bigint,
    options: KafkaCallOptions,
  ): Promise<FoundRecord | undefined>;
  close(): Promise<void>;
}

export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** Which servers a client trusts, and how it proves its identity. It goes into no log, message or metric. */
export interface KafkaSecurity {
  /** Absent: nothing is encrypted. Texts are PEM. */
  tls?: {
    /** What the brokers' certificates lead back to. Absent: the public authorities. */
    ca?: string;
    /** Absent: the client shows no certificate. */
    client?: { certificate: string; key: string };
  };
  sasl?: { mechanism: SaslMechanism; username: string; password: string };
}

export interface KafkaTarget {
  /** The EventCluster's name: for logs and metrics. */
  name: string;
  bootstrapServers: readonly string[];
  security?: KafkaSecurity;
}

/**
 * Keeps one client per cluster, and replaces it when the addresses change. Security that changes holds for the
 * connections that are made from then on; those that stand serve until new ones do.
 */
export interface KafkaConnections {
  to(target: KafkaTarget): KafkaAdmin;
  /** Closes the clients of clusters that are not in `names` any more. */
  retain(names: ReadonlySet<string>): void;
}
