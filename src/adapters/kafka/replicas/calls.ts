import {
  alterPartitionReassignmentsV0,
  alterPartitionReassignmentsV1,
  describeConfigsV4,
  incrementalAlterConfigsV1,
  listPartitionReassignmentsV0,
} from '@platformatic/kafka';
import type { ConfigChanges } from '../../../ports/kafka-config.ts';
import { type KafkaRequest, requestOf } from '../connection/request.ts';
import { type AlterConfigsAnswer, type DescribeConfigsAnswer, operationOf } from '../topics/calls.ts';

export type AlterReassignmentsAnswer = alterPartitionReassignmentsV1.AlterPartitionReassignmentsResponse;
export type ListReassignmentsAnswer = listPartitionReassignmentsV0.ListPartitionReassignmentsResponse;

/** Kafka's number for "a broker's configuration", and for a setting made for that broker at run time. */
const brokerResource = 4;
const brokerConfigSource = 2;

export interface Reassignment {
  topic: string;
  /** Brokers by partition. */
  targets: ReadonlyMap<number, readonly number[]>;
}

export function alterReassignments(
  reassignments: readonly Reassignment[],
  timeoutMs: number,
): KafkaRequest<AlterReassignmentsAnswer> {
  const topics = reassignments.map(({ topic, targets }) => ({
    name: topic,
    partitions: [...targets].map(([partitionIndex, replicas]) => ({ partitionIndex, replicas: [...replicas] })),
  }));
  const apis = [alterPartitionReassignmentsV1.api, alterPartitionReassignmentsV0.api] as const;
  return requestOf('AlterPartitionReassignments', apis, [timeoutMs, true, topics], true);
}

/** All that are under way in the cluster. */
export function listReassignments(timeoutMs: number): KafkaRequest<ListReassignmentsAnswer> {
  return requestOf('ListPartitionReassignments', [listPartitionReassignmentsV0.api], [timeoutMs, null]);
}

export function describeBrokerConfig(broker: number, keys: readonly string[]): KafkaRequest<DescribeConfigsAnswer> {
  const resource: describeConfigsV4.DescribeConfigsRequestResource = {
    resourceType: brokerResource,
    resourceName: String(broker),
    configurationKeys: [...keys],
  };
  return requestOf('DescribeConfigs', [describeConfigsV4.api], [[resource], false, false]);
}

export interface BrokerAlteration {
  broker: number;
  changes: ConfigChanges;
}

export function alterBrokerConfigs(alterations: readonly BrokerAlteration[]): KafkaRequest<AlterConfigsAnswer> {
  const resources: incrementalAlterConfigsV1.IncrementalAlterConfigsRequestResource[] = alterations.map(
    ({ broker, changes }) => ({
      resourceType: brokerResource,
      resourceName: String(broker),
      configs: [...changes].map(([name, value]) => operationOf(name, value)),
    }),
  );
  return requestOf('IncrementalAlterConfigs', [incrementalAlterConfigsV1.api], [resources, false], true);
}

/** True when the value was set for the broker itself, false when it is that of all brokers or of its file. */
export function isBrokerOverride(config: { configSource: number }): boolean {
  return config.configSource === brokerConfigSource;
}
