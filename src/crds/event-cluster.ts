import { z } from 'zod';
import { accessRule } from './access-rule.ts';
import { ageColumn, commonStatus, messageColumn, readyColumns } from './common-status.ts';
import { atomicList, int32, int64, type KindDefinition, remembered, setList, validations } from './definition.ts';
import { glob, partitionCount, replicaCount } from './fields.ts';
import { caSecretRef, sasl, secretRef, tls } from './logins.ts';
import { type Resource, resourceOf } from './resource.ts';
import { topicConfig } from './topic-config.ts';

const spec = z.object({
  mode: z
    .enum(['ReadWrite', 'ReadOnly'])
    .default('ReadWrite')
    .describe(
      'ReadOnly observes and reports, and writes nothing to Kafka or the registry. Default: ReadWrite. Example: ReadOnly.',
    ),
  kafka: z
    .object({
      bootstrapServers: z
        .array(
          z
            .string()
            .min(3)
            .max(259)
            .regex(/^[a-zA-Z0-9._-]+:[0-9]{1,5}$/),
        )
        .min(1)
        .max(16)
        .meta(setList)
        .describe('Brokers to ask first, as host:port, 1 to 16 of them. Example: ["kafka-0.kafka.svc:9092"].'),
      clusterId: z
        .string()
        .min(1)
        .max(64)
        .optional()
        .describe(
          'The cluster id that must answer; changing it acknowledges a new cluster. ' +
            'Default: the id that answered first. Example: MkU3OEVBNTcwNTJENDM2Qg.',
        ),
      tls,
      sasl,
    })
    .describe('How to reach Kafka.'),
  registry: z
    .object({
      url: z
        .string()
        .min(8)
        .max(2048)
        .regex(/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/)
        .describe(
          'Root of the Confluent API; no user, query or fragment. Example: https://registry.kafka.svc/apis/ccompat/v7.',
        ),
      secretRef: z
        .object(secretRef)
        .optional()
        .describe(
          'The user of the operator: keys username and password, or token. Default: none. Example: {name: registry-operator}.',
        ),
      tls: z
        .object({ caSecretRef })
        .optional()
        .describe('Whom to trust when the URL begins with https. Default: the public authorities.'),
    })
    .optional()
    .describe('The schema registry. Default: none; EventSchemas then wait.'),
  access: z
    .array(accessRule)
    .min(1)
    .max(64)
    .meta(atomicList)
    .describe('Who may use what. The first rule that matches the namespace decides; no match means no access.'),
  allowedConfigKeys: z
    .array(glob)
    .min(1)
    .max(256)
    .default(['*'])
    .meta(setList)
    .describe(
      'Settings that an EventTopic may name in its config, as patterns with *; topicDefaults may use all. ' +
        'Default: ["*"]. Example: ["retention.*", "cleanup.policy"].',
    ),
  topicDefaults: z
    .object({
      partitions: partitionCount.describe(
        'Partitions of a topic whose resource names none. Default: the brokers’ own. Example: 3.',
      ),
      replicationFactor: replicaCount.describe(
        'Replicas of a topic whose resource names none. Default: the brokers’ own. Example: 3.',
      ),
      config: topicConfig.describe(
        'Settings of every new topic, unless its resource says otherwise, and of a topic whose resource does so ' +
          'no longer. Values are scalars, not lists or maps; quote a number past 2^53; 65536 characters in all. ' +
          'Default: none. Example: {min.insync.replicas: 2}.',
      ),
    })
    .optional()
    .describe('What a new topic gets where its own resource is silent.'),
  maxDeletionsPerHour: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .meta(int32)
    .describe(
      'Topics of this Kafka cluster that may be deleted in any hour, a brake against a mass delete by mistake; ' +
        'more wait. Default: 100. Example: 1000.',
    ),
  naming: z
    .object({
      mode: z
        .enum(['Off', 'Warn', 'Deny'])
        .default('Off')
        .describe(
          'What happens to names that do not match. ' +
            'Warn says so, Deny creates no topic of that name; topics that exist go on. Default: Off. ' +
            'Example: Warn.',
        ),
      pattern: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .describe(
          'What names look like: an RE2 expression, 1 to 1024 characters, found anywhere in the name unless it ' +
            'has ^ and $. Default: none. Example: "^[a-z][a-z0-9-]*([.][a-z][a-z0-9-]*){1,3}$".',
        ),
    })
    .optional()
    .meta(
      validations({
        rule: "!has(self.mode) || self.mode == 'Off' || has(self.pattern)",
        message: 'Warn and Deny need a pattern',
      }),
    )
    .describe('How topics are to be called. Default: as anybody likes.'),
  reassignment: z
    .object({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Whether replicas of existing topics are moved when spec.replicationFactor of an EventTopic changes. ' +
            'Default: false. Example: true.',
        ),
      throttleBytesPerSecond: z
        .int()
        .min(100_000)
        .max(1_000_000_000_000)
        .default(50_000_000)
        .meta(int64)
        .describe(
          'What each broker may send and receive for it, in bytes per second, 100000 to 10^12; more than is ' +
            'produced to the topics, or it never ends. Default: 50000000. Example: 100000000.',
        ),
      maxConcurrentPartitions: z
        .int()
        .min(1)
        .max(200)
        .default(20)
        .meta(int32)
        .describe('Partitions that move at once in the whole Kafka cluster, 1 to 200. Default: 20. Example: 5.'),
    })
    .optional()
    .describe('Whether and how the replication factor of existing topics is changed. Default: not at all.'),
});

const status = z.object({
  ...commonStatus,
  clusterId: z
    .string()
    .max(64)
    .optional()
    .meta(remembered)
    .describe('The id that Kafka gave. Example: MkU3OEVBNTcwNTJENDM2Qg.'),
  brokers: z.int().min(0).optional().meta(int32).describe('Brokers that the cluster reported last. Example: 3.'),
  registry: z
    .object({ flavour: z.string().max(64).describe('What answers at registry.url. Example: Apicurio.') })
    .optional()
    .describe('The schema registry as last seen.'),
});

export const eventCluster = {
  kind: 'EventCluster',
  plural: 'eventclusters',
  singular: 'eventcluster',
  shortNames: ['evcl'],
  scope: 'Cluster',
  description: 'A Kafka cluster with its schema registry, and who may use what of it.',
  spec,
  status,
  rules: [],
  columns: [
    {
      name: 'Kafka',
      type: 'string',
      jsonPath: '.status.clusterId',
      priority: 0,
      description: 'Id of the Kafka cluster.',
    },
    {
      name: 'Brokers',
      type: 'integer',
      jsonPath: '.status.brokers',
      priority: 0,
      description: 'Brokers that the cluster reported last.',
    },
    {
      name: 'Registry',
      type: 'string',
      jsonPath: '.status.registry.flavour',
      priority: 0,
      description: 'What answers as schema registry.',
    },
    { name: 'Mode', type: 'string', jsonPath: '.spec.mode', priority: 0, description: 'ReadWrite or ReadOnly.' },
    ...readyColumns,
    ageColumn,
    messageColumn,
  ],
} as const satisfies KindDefinition;

export type EventClusterSpec = z.output<typeof spec>;
export type EventClusterStatus = z.output<typeof status>;
export type EventCluster = Resource<EventClusterSpec, EventClusterStatus>;
export const parseEventCluster = resourceOf<EventCluster>(eventCluster);
