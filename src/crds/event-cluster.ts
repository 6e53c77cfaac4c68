import { z } from 'zod';
import {
  ageColumn,
  atomicList,
  commonStatus,
  glob,
  int32,
  type KindDefinition,
  messageColumn,
  readyColumns,
  setList,
  topicConfig,
} from './common.ts';
import { type Resource, resourceOf } from './resource.ts';

const patterns = (what: string, example: string) =>
  z
    .array(glob)
    .max(64)
    .default([])
    .meta(setList)
    .describe(`${what} that these namespaces may use, as patterns with *. Default: none. Example: ["${example}"].`);

const accessRule = z.object({
  namespaces: z
    .array(glob)
    .min(1)
    .max(64)
    .meta(setList)
    .describe('Namespaces that the rule speaks of, as patterns with *. Example: ["shop-*"].'),
  topics: patterns('Kafka topics', 'order.*'),
  subjects: patterns('Registry subjects', 'order.*'),
  groups: patterns('Consumer groups', '*'),
  deletionPolicies: z
    .array(z.enum(['Retain', 'Delete']))
    .min(1)
    .max(2)
    .default(['Retain'])
    .meta(setList)
    .describe('Deletion policies that an EventTopic may ask for. Default: ["Retain"]. Example: ["Retain", "Delete"].'),
});

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
          'The cluster id that must answer; changing it acknowledges a new cluster. Default: the id that answered first. Example: MkU3OEVBNTcwNTJENDM2Qg.',
        ),
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
    })
    .optional()
    .describe('The schema registry. Default: none; EventSchemas then wait.'),
  access: z
    .array(accessRule)
    .min(1)
    .max(64)
    .meta(atomicList)
    .describe('Who may use what. The first rule that matches the namespace decides; no match means no access.'),
  topicDefaults: z
    .object({
      partitions: z
        .int()
        .min(1)
        .max(100_000)
        .optional()
        .meta(int32)
        .describe('Partitions of a topic whose resource names none. Default: the brokers’ own. Example: 3.'),
      replicationFactor: z
        .int()
        .min(1)
        .max(32)
        .optional()
        .meta(int32)
        .describe('Replicas of a topic whose resource names none. Default: the brokers’ own. Example: 3.'),
      config: topicConfig.describe(
        'Settings of every new topic, unless its resource says otherwise. Values are scalars; quote a number past 2^53. Default: none. Example: {min.insync.replicas: 2}.',
      ),
    })
    .optional()
    .describe('What a new topic gets where its own resource is silent.'),
});

const status = z.object({
  ...commonStatus,
  clusterId: z.string().max(64).optional().describe('The id that Kafka gave. Example: MkU3OEVBNTcwNTJENDM2Qg.'),
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
export type AccessRule = z.output<typeof accessRule>;
export type EventCluster = Resource<EventClusterSpec, EventClusterStatus>;
export const parseEventCluster = resourceOf<EventCluster>(eventCluster);
