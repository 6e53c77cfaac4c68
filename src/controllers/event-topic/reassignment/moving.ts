import type { TopicState } from '../../../ports/kafka.ts';
import type { PartitionReplicas } from '../../../ports/kafka-replicas.ts';
import { settledReplicas } from './placement.ts';
import type { TopicRecord } from './records.ts';

/** Whether any partition has another number of replicas; one that is being moved shows those that come as well. */
export function replicasDiffer(
  wanted: number | undefined,
  topic: Pick<TopicState, 'replicationFactor' | 'mostReplicas'>,
): wanted is number {
  return wanted !== undefined && (topic.replicationFactor !== wanted || (topic.mostReplicas ?? wanted) !== wanted);
}

export function isMoving({ adding, removing }: PartitionReplicas): boolean {
  return adding.length + removing.length > 0;
}

/** Whether what moves goes where we sent it. */
export function isOursMoving(partition: PartitionReplicas, record: TopicRecord | undefined): boolean {
  const sent = record?.targets[partition.partition];
  return isMoving(partition) && sent !== undefined && sameBrokers(sent, settledReplicas(partition));
}

function sameBrokers(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((broker) => other.includes(broker));
}
