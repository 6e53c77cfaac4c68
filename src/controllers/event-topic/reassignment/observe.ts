import type { EventTopic } from '../../../crds/event-topic.ts';
import type { Broker, KafkaAdmin, TopicState } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import type { PartitionReplicas } from '../../../ports/kafka-replicas.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { replicasDiffer } from './moving.ts';
import type { TopicRecord } from './records.ts';

/** Where the replicas of a topic are. Looked at only when they are to be moved, or were moved by us. */
export interface ObservedReplicas {
  partitions: readonly PartitionReplicas[];
  /** Those that are up. */
  brokers: readonly Broker[];
  /** Partitions of other topics that are being moved, by whomever. */
  movingElsewhere: number;
  /** What we stored when we moved replicas of this topic, and have not set back yet. */
  record: TopicRecord | undefined;
}

/** What was stored when replicas were moved. */
export interface ReplicaRecords {
  recordOf(clusterId: string, topic: string): TopicRecord | undefined;
}

export async function observeReplicas(
  { admin, throttles, brokers }: { admin: KafkaAdmin; throttles: ReplicaRecords; brokers: readonly Broker[] },
  { spec }: EventTopic,
  use: ClusterUse,
  topic: TopicState | undefined,
  options: KafkaCallOptions,
): Promise<ObservedReplicas | undefined> {
  if (topic === undefined) return undefined;
  const stored = throttles.recordOf(use.clusterId, topic.name);
  const record = stored?.topicId === topic.id ? stored : undefined;
  const mayMove = use.cluster.spec.reassignment?.enabled === true && replicasDiffer(spec.replicationFactor, topic);
  if (!record && !mayMove) return undefined;
  const [partitions, moving] = await Promise.all([
    admin.describeReplicas(topic.name, options),
    admin.countMoving(options),
  ]);
  if (partitions === undefined) return undefined;
  const movingElsewhere = [...moving].reduce((sum, [name, count]) => sum + (name === topic.name ? 0 : count), 0);
  return { partitions, brokers, movingElsewhere, record };
}
