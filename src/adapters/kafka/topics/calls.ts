import {
  createPartitionsV2,
  createPartitionsV3,
  createTopicsV7,
  deleteTopicsV6,
  describeConfigsV4,
  incrementalAlterConfigsV1,
  metadataV12,
} from '@platformatic/kafka';
import type { NewTopic } from '../../../ports/kafka.ts';
import type { ConfigChanges } from '../../../ports/kafka-config.ts';
import { type KafkaRequest, requestOf } from '../connection/request.ts';
import { uuidOfTopicId } from './topic-id.ts';

export type MetadataAnswer = metadataV12.MetadataResponse;
export type MetadataTopic = metadataV12.MetadataResponseTopic;
export type MetadataBroker = metadataV12.MetadataResponseBroker;
export type CreateTopicsAnswer = createTopicsV7.CreateTopicsResponse;
export type CreatedTopic = createTopicsV7.CreateTopicsResponseTopic;
export type CreatePartitionsAnswer = createPartitionsV3.CreatePartitionsResponse;
export type DeleteTopicsAnswer = deleteTopicsV6.DeleteTopicsResponse;
export type DescribeConfigsAnswer = describeConfigsV4.DescribeConfigsResponse;
export type DescribedConfig = describeConfigsV4.DescribeConfigsResponseConfig;
export type AlterConfigsAnswer = incrementalAlterConfigsV1.IncrementalAlterConfigsResponse;

/** Kafka's number for "a topic's configuration", and for a setting that stands on the topic itself. */
const topicResource = 2;
const topicConfigSource = 1;
const setOperation = 0;
const deleteOperation = 1;

/** Brokers, cluster id and the named topics; an empty list asks for no topic. Never creates a topic. */
export function metadataByName(topics: readonly string[]): KafkaRequest<MetadataAnswer> {
  return requestOf('Metadata', [metadataV12.api], [[...topics], false, false]);
}

/** Every topic that the client may see, with its partitions. */
export function metadataOfAll(): KafkaRequest<MetadataAnswer> {
  return requestOf('Metadata', [metadataV12.api], [null, false, false]);
}

export function metadataById(topicIds: readonly string[]): KafkaRequest<MetadataAnswer> {
  const topics = topicIds.map((id) => ({ topicId: uuidOfTopicId(id), name: null }));
  return requestOf('Metadata', [metadataV12.api], [topics, false, false]);
}

/** How a request that changes something is meant. */
export interface WriteTerms {
  /** How long the broker may take before it answers. */
  timeoutMs: number;
  /** Judged by the broker, not done. */
  validateOnly: boolean;
}

export function createTopics(
  topics: readonly NewTopic[],
  { timeoutMs, validateOnly }: WriteTerms,
): KafkaRequest<CreateTopicsAnswer> {
  const wanted = topics.map((topic) => ({
    name: topic.name,
    // -1 asks for the broker's own default.
    numPartitions: topic.partitions ?? -1,
    replicationFactor: topic.replicationFactor ?? -1,
    assignments: [],
    configs: [...topic.config].map(([name, value]) => ({ name, value })),
  }));
  return requestOf('CreateTopics', [createTopicsV7.api], [wanted, timeoutMs, validateOnly], !validateOnly);
}

export interface Growth {
  name: string;
  total: number;
}

export function createPartitions(
  growths: readonly Growth[],
  { timeoutMs, validateOnly }: WriteTerms,
): KafkaRequest<CreatePartitionsAnswer> {
  const topics = growths.map(({ name, total }) => ({ name, count: total, assignments: null }));
  const apis = [createPartitionsV3.api, createPartitionsV2.api] as const;
  return requestOf('CreatePartitions', apis, [topics, timeoutMs, validateOnly], !validateOnly);
}

export function deleteTopics(topicIds: readonly string[], timeoutMs: number): KafkaRequest<DeleteTopicsAnswer> {
  const topics = topicIds.map((id) => ({ name: null, topicId: uuidOfTopicId(id) }));
  return requestOf('DeleteTopics', [deleteTopicsV6.api], [topics, timeoutMs], true);
}

export function describeTopicConfigs(topics: readonly string[]): KafkaRequest<DescribeConfigsAnswer> {
  const resources = topics.map((resourceName) => ({
    resourceType: topicResource as typeof topicResource,
    resourceName,
    configurationKeys: null,
  }));
  return requestOf('DescribeConfigs', [describeConfigsV4.api], [resources, false, false]);
}

export interface ConfigAlteration {
  name: string;
  changes: ConfigChanges;
}

export function alterTopicConfigs(
  alterations: readonly ConfigAlteration[],
  { validateOnly }: Pick<WriteTerms, 'validateOnly'>,
): KafkaRequest<AlterConfigsAnswer> {
  const resources = alterations.map((alteration) => ({
    resourceType: topicResource as typeof topicResource,
    resourceName: alteration.name,
    configs: [...alteration.changes].map(([name, value]) => operationOf(name, value)),
  }));
  return requestOf(
    'IncrementalAlterConfigs',
    [incrementalAlterConfigsV1.api],
    [resources, validateOnly],
    !validateOnly,
  );
}

export function operationOf(
  name: string,
  value: string | undefined,
): incrementalAlterConfigsV1.IncrementalAlterConfigsRequestConfig {
  if (value === undefined) return { name, configOperation: deleteOperation };
  return { name, configOperation: setOperation, value };
}

/** True when the value stands on the topic itself, false when it comes from a broker or the default. */
export function isOverride(config: { configSource: number }): boolean {
  return config.configSource === topicConfigSource;
}
