import type { KafkaCallOptions } from './kafka-calls.ts';
import type { ConfigChanges, ConfigEntry } from './kafka-config.ts';

/** Where the replicas of one partition are, and where they are going. Brokers are named by their ids. */
export interface PartitionReplicas {
  partition: number;
  /** Absent while the partition has none. */
  leader: number | undefined;
  /** The preferred leader first. Those that come and those that go are among them. */
  replicas: readonly number[];
  inSync: readonly number[];
  /** Replicas that a reassignment under way adds; empty when there is none. */
  adding: readonly number[];
  /** Replicas that go once it is complete. */
  removing: readonly number[];
}

/** Moves replicas between brokers, and slows that down. Every call throws only Fault. */
export interface ReplicaAdmin {
  /** All partitions of a topic, in order; `undefined`: no such topic. */
  describeReplicas(topic: string, options: KafkaCallOptions): Promise<readonly PartitionReplicas[] | undefined>;
  /** How many partitions are being reassigned, by topic, whoever asked for it. */
  countMoving(options: KafkaCallOptions): Promise<ReadonlyMap<string, number>>;
  /**
   * Starts to bring partitions to these replicas, and replaces what was under way for them. Resolves when the brokers
   * have accepted it, long before the data is there. What has these replicas already is success.
   */
  reassignReplicas(
    topic: string,
    targets: ReadonlyMap<number, readonly number[]>,
    options: KafkaCallOptions,
  ): Promise<void>;
  /** Some settings of a broker that is up; `overridden`: set for this very broker, at run time. */
  readBrokerConfig(
    broker: number,
    keys: readonly string[],
    options: KafkaCallOptions,
  ): Promise<ReadonlyMap<string, ConfigEntry>>;
  /** Changes settings of a broker that is up, at run time; its other settings stay as they are. */
  alterBrokerConfig(broker: number, changes: ConfigChanges, options: KafkaCallOptions): Promise<void>;
}
