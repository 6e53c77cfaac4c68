import { z } from 'zod';
import {
  ageColumn,
  clusterRef,
  clusterStatus,
  commonStatus,
  immutableFieldRule,
  immutableNameRule,
  int32,
  type KindDefinition,
  messageColumn,
  paused,
  readyColumns,
  topicConfig,
  topicName,
  validations,
} from './common.ts';
import { type Resource, resourceOf } from './resource.ts';

const spec = z
  .object({
    clusterRef,
    topicName: topicName
      .optional()
      .describe(
        'Name of the topic in Kafka, 1 to 249 of letters, digits, ".", "_" and "-"; immutable. Default: metadata.name. Example: order.created.',
      ),
    partitions: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta(int32)
      .describe(
        'Partitions; they grow and never shrink. Default: the cluster’s default at creation, then whatever is live. Example: 6.',
      ),
    replicationFactor: z
      .int()
      .min(1)
      .max(32)
      .optional()
      .meta(int32)
      .describe(
        'Replicas of each partition, used at creation. Default: the cluster’s default at creation, then whatever is live. Example: 3.',
      ),
    config: topicConfig.describe(
      'Settings of the topic; a setting that leaves this map returns to its default. Values are scalars; quote a number past 2^53. Default: none. Example: {retention.ms: 604800000}.',
    ),
    driftPolicy: z
      .enum(['Enforce', 'Report'])
      .default('Enforce')
      .describe(
        'What happens when a setting of ours is changed in Kafka by somebody else. Enforce sets it back, Report says so. Default: Enforce. Example: Report.',
      ),
    adoptionPolicy: z
      .enum(['MatchOnly'])
      .default('MatchOnly')
      .describe(
        'When a topic that existed before becomes ours. MatchOnly: when partitions, replicas and settings are as the spec says. Default: MatchOnly. Example: MatchOnly.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'Delete'])
      .default('Retain')
      .describe(
        'What happens to the topic when this resource is deleted; read at that moment. Default: Retain. Example: Delete.',
      ),
    keyed: z
      .boolean()
      .default(true)
      .describe(
        'Whether records have keys. Growing moves keys to other partitions, so growth of a keyed topic needs an acknowledgement. Default: true. Example: false.',
      ),
    keyMoveAcknowledgedForPartitions: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta(int32)
      .describe(
        'The number of partitions to which a keyed topic may grow although keys move. Default: none. Example: 12.',
      ),
    paused,
  })
  .meta(
    validations(immutableFieldRule('clusterRef'), {
      rule: '!has(self.partitions) || !has(oldSelf.partitions) || self.partitions <= oldSelf.partitions || !self.keyed || (has(self.keyMoveAcknowledgedForPartitions) && self.keyMoveAcknowledgedForPartitions == self.partitions)',
      message:
        'growing a keyed topic moves keys to other partitions: set keyMoveAcknowledgedForPartitions to the new number of partitions, or keyed to false',
      fieldPath: '.partitions',
    }),
  );

const setting = z.string().max(8192);
const status = z.object({
  ...commonStatus,
  cluster: clusterStatus,
  topicName: z.string().max(249).optional().describe('Name of the topic in Kafka. Example: order.created.'),
  topicId: z.string().max(64).optional().describe('Id of the topic in Kafka. Example: gWrR6uDrSNSSfu_ubGndCg.'),
  clusterId: z
    .string()
    .max(64)
    .optional()
    .describe('Id of the Kafka cluster that holds the topic. Example: MkU3OEVBNTcwNTJENDM2Qg.'),
  ownedBy: z
    .string()
    .max(253)
    .optional()
    .describe('The resource of this namespace that owns the topic, when it is not this one. Example: orders.'),
  appliedConfig: z
    .record(z.string(), setting)
    .optional()
    .meta({ maxProperties: 128 })
    .describe('Settings that we applied last. Example: {retention.ms: "604800000"}.'),
  observed: z
    .object({
      partitions: z.int().min(0).meta(int32).describe('Live partitions. Example: 6.'),
      replicationFactor: z.int().min(0).meta(int32).describe('Live replicas of each partition. Example: 3.'),
      retentionMs: setting.optional().describe('Live retention.ms. Example: "604800000".'),
      cleanupPolicy: setting.optional().describe('Live cleanup.policy. Example: delete.'),
      configOverrides: z.int().min(0).meta(int32).describe('Settings that differ from the brokers’ own. Example: 2.'),
    })
    .optional()
    .describe('The live topic as last seen.'),
  drift: z
    .array(
      z.object({
        key: z.string().max(249).describe('The setting. Example: retention.ms.'),
        live: setting.optional().describe('Its live value; absent when it has none. Example: "86400000".'),
        wanted: setting.describe('The value that we applied. Example: "604800000".'),
      }),
    )
    .max(128)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] })
    .describe('Settings that somebody else changed, under driftPolicy Report.'),
});

export const eventTopic = {
  kind: 'EventTopic',
  plural: 'eventtopics',
  singular: 'eventtopic',
  shortNames: ['evt'],
  scope: 'Namespaced',
  description: 'A topic in Kafka.',
  spec,
  status,
  rules: [immutableNameRule('topicName', 'topic name')],
  columns: [
    { name: 'Topic', type: 'string', jsonPath: '.status.topicName', priority: 0, description: 'Name in Kafka.' },
    {
      name: 'Partitions',
      type: 'integer',
      jsonPath: '.status.observed.partitions',
      priority: 0,
      description: 'Live partitions.',
    },
    {
      name: 'RF',
      type: 'integer',
      jsonPath: '.status.observed.replicationFactor',
      priority: 0,
      description: 'Live replicas of each partition.',
    },
    ...readyColumns,
    ageColumn,
    {
      name: 'Retention',
      type: 'string',
      jsonPath: '.status.observed.retentionMs',
      priority: 1,
      description: 'Live retention.ms.',
    },
    {
      name: 'Cleanup',
      type: 'string',
      jsonPath: '.status.observed.cleanupPolicy',
      priority: 1,
      description: 'Live cleanup.policy.',
    },
    { name: 'Cluster', type: 'string', jsonPath: '.status.cluster', priority: 1, description: 'EventCluster in use.' },
    messageColumn,
  ],
} as const satisfies KindDefinition;

export type EventTopicSpec = z.output<typeof spec>;
export type EventTopicStatus = z.output<typeof status>;
export type EventTopic = Resource<EventTopicSpec, EventTopicStatus>;
export const parseEventTopic = resourceOf<EventTopic>(eventTopic);
