import { z } from 'zod';
import { ageColumn, clusterStatus, commonStatus, messageColumn, readyColumns } from './common-status.ts';
import {
  atomicList,
  immutableFieldRule,
  immutableNameRule,
  int32,
  type KindDefinition,
  remembered,
  setList,
  validations,
} from './definition.ts';
import { clusterRef, glob, partitionCount, paused, replicaCount, topicName } from './fields.ts';
import { type Resource, resourceOf } from './resource.ts';
import { topicConfig } from './topic-config.ts';

/** 16 bytes in URL-safe base64, as Kafka prints topic ids. */
const topicIdText = z
  .string()
  .length(22)
  .regex(/^[A-Za-z0-9_-]{22}$/);

const spec = z
  .object({
    clusterRef,
    topicName: topicName
      .optional()
      .describe(
        'Name of the topic in Kafka, 1 to 249 of letters, digits, ".", "_" and "-"; immutable. ' +
          'Default: metadata.name. Example: order.created.',
      ),
    partitions: partitionCount.describe(
      'Partitions; they grow and never shrink. Default: the cluster’s default at creation, then whatever is live. Example: 6.',
    ),
    replicationFactor: replicaCount.describe(
      'Replicas of each partition. A topic that exists changes only where the EventCluster allows it ' +
        '(reassignment.enabled). Default: the cluster’s default at creation, then whatever is live. Example: 3.',
    ),
    config: topicConfig.describe(
      'Settings of the topic; a setting that leaves this map returns to the EventCluster’s topicDefaults, else to ' +
        'the brokers’ own. ' +
        'Values are scalars, not lists or maps; quote a number past 2^53; 65536 characters in all. Default: none. ' +
        'Example: {retention.ms: 604800000}.',
    ),
    ignoreConfigKeys: z
      .array(glob)
      .max(64)
      .default([])
      .meta(setList)
      .describe(
        'Settings that belong to somebody else once the topic exists, as patterns with *: neither set, reset nor ' +
          'compared. Default: none. Example: ["*.replication.throttled.replicas"].',
      ),
    driftPolicy: z
      .enum(['Enforce', 'Report', 'Ignore'])
      .default('Enforce')
      .describe(
        'What happens when a setting of ours is changed in Kafka by somebody else. ' +
          'Enforce sets it back, Report says so, Ignore does neither. Default: Enforce. Example: Report.',
      ),
    adoptionPolicy: z
      .enum(['MatchOnly', 'Take', 'Never'])
      .default('MatchOnly')
      .describe(
        'When a topic that existed before becomes ours. MatchOnly: when partitions, replicas and settings are as ' +
          'the spec says. Take: always, and it is then brought to the spec. Never: not at all. Default: MatchOnly. ' +
          'Example: Take.',
      ),
    deletionPolicy: z
      .enum(['Retain', 'DeleteIfEmpty', 'Delete'])
      .default('Retain')
      .describe(
        'What happens to the topic when this resource is deleted; read at that moment. ' +
          'Retain keeps it, DeleteIfEmpty keeps it when it holds records, Delete deletes it. Default: Retain. ' +
          'Example: Delete.',
      ),
    deletionProtection: z
      .object({
        ignoreGroups: z
          .array(glob)
          .max(64)
          .default([])
          .meta(setList)
          .describe(
            'Consumer groups whose members do not hold back the deletion of the topic, as patterns with *. ' +
              'Default: none. Example: ["monitoring-*"].',
          ),
      })
      .optional()
      .describe('What holds back the deletion of the topic. Default: every group that reads it.'),
    deletionTimeoutSeconds: z
      .int()
      .min(0)
      .max(31_536_000)
      .optional()
      .meta(int32)
      .describe(
        'Seconds after which a deletion that is held gives up: the resource goes and the topic is kept. ' +
          'Default: it is held for ever. Example: 3600.',
      ),
    keyed: z
      .boolean()
      .default(true)
      .describe(
        'Whether records have keys. ' +
          'Growing moves keys to other partitions, so growth of a keyed topic needs an acknowledgement. ' +
          'Default: true. Example: false.',
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
    recreatePolicy: z
      .enum(['Hold', 'Recreate'])
      .default('Hold')
      .describe(
        'What happens when somebody deletes the topic in Kafka. ' +
          'Hold waits for recreateLostTopicId, Recreate creates an empty one at once. Default: Hold. ' +
          'Example: Recreate.',
      ),
    recreateLostTopicId: topicIdText
      .optional()
      .describe(
        'The id of a lost topic in whose place an empty one is to be created; ids of other topics do nothing. ' +
          'Default: none. Example: gWrR6uDrSNSSfu_ubGndCg.',
      ),
    acceptTopicId: topicIdText
      .optional()
      .describe(
        'The id of a topic that somebody created in place of ours and that is to be managed from now on, or of ' +
          'the one that a resource restored without its status may adopt; other ids do nothing. Default: none. ' +
          'Example: gWrR6uDrSNSSfu_ubGndCg.',
      ),
    mode: z
      .enum(['Apply', 'Plan'])
      .default('Apply')
      .describe('Plan lists in status.plan what would be done and does nothing. Default: Apply. Example: Plan.'),
    paused,
  })
  .meta(validations(immutableFieldRule('clusterRef')));

const setting = z.string().max(8192);
const status = z.object({
  ...commonStatus,
  cluster: clusterStatus,
  topicName: z.string().max(249).optional().describe('Name of the topic in Kafka. Example: order.created.'),
  topicId: z
    .string()
    .max(64)
    .optional()
    .meta(remembered)
    .describe('Id of the topic in Kafka. Example: gWrR6uDrSNSSfu_ubGndCg.'),
  clusterId: z
    .string()
    .max(64)
    .optional()
    .meta(remembered)
    .describe('Id of the Kafka cluster that holds the topic. Example: MkU3OEVBNTcwNTJENDM2Qg.'),
  ownedBy: z
    .string()
    .max(253)
    .optional()
    .describe('The resource of this namespace that owns the topic, when it is not this one. Example: orders.'),
  appliedConfig: z
    .record(z.string(), setting.meta(remembered))
    .optional()
    // Those of the spec, and as many that left it and cannot return yet.
    .meta({ maxProperties: 256 })
    .describe(
      'Settings of ours, as they were sent last or became. ' +
        'What does not fit, a value of more than 8192 characters, is left out and not reset when it leaves the ' +
        'spec. Example: {retention.ms: "604800000"}.',
    ),
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
  plan: z
    .array(
      z.object({
        op: z
          .enum(['CreateTopic', 'AdoptTopic', 'GrowPartitions', 'Reassign', 'SetConfig', 'ResetConfig'])
          .describe('What would be done. Example: GrowPartitions.'),
        key: z
          .string()
          .max(249)
          .optional()
          .describe('The setting, for SetConfig and ResetConfig. Example: retention.ms.'),
        from: setting.optional().describe('What is live; absent when there is nothing. Example: "3".'),
        to: setting.optional().describe('What would be live; absent for a reset. Example: "6".'),
        validated: z
          .boolean()
          .optional()
          .describe(
            'Whether the brokers were asked and would accept it; false where they cannot be asked, absent where ' +
              'they have no say. Example: true.',
          ),
      }),
    )
    .max(300)
    .optional()
    .meta(atomicList)
    .describe('What would be done, while mode is Plan or the EventCluster is ReadOnly.'),
  reassignment: z
    .object({
      targetReplicationFactor: z.int().min(1).meta(int32).describe('Replicas that each partition gets. Example: 3.'),
      partitionsDone: z
        .int()
        .min(0)
        .meta(int32)
        .describe('Partitions that have them, in steps of a tenth of all. Example: 4.'),
      partitionsTotal: z.int().min(0).meta(int32).describe('All partitions. Example: 6.'),
    })
    .optional()
    .describe('How far a change of the replication factor is; absent when there is none.'),
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
