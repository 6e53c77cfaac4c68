import { z } from 'zod';
import {
  ageColumn,
  atomicList,
  commonStatus,
  glob,
  int32,
  int64,
  type KindDefinition,
  messageColumn,
  readyColumns,
  setList,
  topicConfig,
  validations,
} from './common.ts';
import { type Resource, resourceOf } from './resource.ts';

const patterns = (what: string, example: string) =>
  z
    .array(glob)
    .max(64)
    .default([])
    .meta(setList)
    .describe(`${what} that these namespaces may use, as patterns with *. Default: none. Example: ["${example}"].`);

const labelKey = z.string().min(1).max(317);
const labelValue = z.string().max(63);

const requirement = z
  .object({
    key: labelKey.describe('The label. Example: tier.'),
    operator: z
      .enum(['In', 'NotIn', 'Exists', 'DoesNotExist'])
      .describe('How the label is compared; one that is absent is in no list. Example: In.'),
    values: z
      .array(labelValue)
      .min(1)
      .max(64)
      .optional()
      .meta(setList)
      .describe('Values to compare with, for In and NotIn only. Default: none. Example: ["gold"].'),
  })
  .meta(
    validations({
      rule: "has(self.values) == (self.operator in ['In', 'NotIn'])",
      message: 'In and NotIn need values, Exists and DoesNotExist take none',
    }),
  );

const namespaceSelector = z
  .object({
    matchLabels: z
      .record(labelKey, labelValue)
      .optional()
      .meta({ minProperties: 1, maxProperties: 32 })
      .describe('Labels that the namespace must have. Default: none. Example: {team: shop}.'),
    matchExpressions: z
      .array(requirement)
      .min(1)
      .max(32)
      .optional()
      .meta(atomicList)
      .describe('What must hold for labels of the namespace. Default: none. Example: [{key: tier, operator: Exists}].'),
  })
  .optional()
  .meta({ minProperties: 1 })
  .describe(
    'Labels of the namespaces that the rule speaks of; all of it must hold. Default: labels do not matter. Example: {matchLabels: {team: shop}}.',
  );

const accessRule = z
  .object({
    namespaces: z
      .array(glob)
      .min(1)
      .max(64)
      .optional()
      .meta(setList)
      .describe(
        'Names of the namespaces that the rule speaks of, as patterns with *; ["*"] is everybody. Default: names do not matter, and namespaceSelector decides. Example: ["shop-*"].',
      ),
    namespaceSelector,
    topics: patterns('Kafka topics', 'order.*'),
    subjects: patterns('Registry subjects', 'order.*'),
    groups: patterns('Consumer groups', '*'),
    maxTopicsPerNamespace: z
      .int()
      .min(0)
      .max(100_000)
      .optional()
      .meta(int32)
      .describe(
        'Topics that each namespace may have, the oldest first; those that exist keep their place when this is lowered. Default: any number. Example: 200.',
      ),
    maxPartitionsPerTopic: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .meta(int32)
      .describe(
        'Partitions with which a topic may be created, or to which it may grow; larger ones that exist stay as they are. Default: any number. Example: 48.',
      ),
    deletionPolicies: z
      .array(z.enum(['Retain', 'DeleteIfEmpty', 'Delete']))
      .min(1)
      .max(3)
      .default(['Retain'])
      .meta(setList)
      .describe(
        'Deletion policies that an EventTopic may ask for. Default: ["Retain"]. Example: ["Retain", "Delete"].',
      ),
    adoptionPolicies: z
      .array(z.enum(['MatchOnly', 'Take', 'Never']))
      .min(1)
      .max(3)
      .default(['MatchOnly'])
      .meta(setList)
      .describe(
        'Adoption policies that an EventTopic may ask for; Never is always allowed. Default: ["MatchOnly"]. Example: ["MatchOnly", "Take"].',
      ),
  })
  .meta(
    validations({
      rule: 'has(self.namespaces) || has(self.namespaceSelector)',
      message: 'a rule needs namespaces or a namespaceSelector; everybody is spelled namespaces: ["*"]',
    }),
  );

const secretRef = {
  name: z.string().min(1).max(253).describe('Name of the Secret, 1 to 253 characters. Example: kafka-operator.'),
  namespace: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe(
      'Where the Secret is: one of the namespaces that SLUICE_SECRET_NAMESPACES of the operator lists. Default: the operator’s own. Example: kafka.',
    ),
};

const caSecretRef = z
  .object({
    ...secretRef,
    key: z
      .string()
      .min(1)
      .max(253)
      .default('ca.crt')
      .describe('Key of the Secret that holds the certificates, in PEM. Default: ca.crt. Example: ca.crt.'),
  })
  .optional()
  .describe(
    'The CA that signed the certificates of the servers. Default: the public authorities. Example: {name: kafka-ca, key: ca.crt}.',
  );

const tls = z
  .object({
    caSecretRef,
    clientSecretRef: z
      .object(secretRef)
      .optional()
      .describe(
        'The certificate that the operator shows to the brokers: keys tls.crt and tls.key, in PEM. Default: none. Example: {name: kafka-client}.',
      ),
  })
  .optional()
  .describe('Encrypts the connections; {} trusts the public authorities. Default: no TLS.');

const sasl = z
  .object({
    mechanism: z
      .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
      .describe(
        'How the operator logs in. PLAIN sends the password as it is: use it with tls. Example: SCRAM-SHA-512.',
      ),
    secretRef: z
      .object(secretRef)
      .describe('The user of the operator: keys username and password. Example: {name: kafka-operator}.'),
  })
  .optional()
  .describe('How the operator logs in to the brokers. Default: not at all.');

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
      'Settings that an EventTopic may name in its config, as patterns with *; topicDefaults may use all. Default: ["*"]. Example: ["retention.*", "cleanup.policy"].',
    ),
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
  maxDeletionsPerHour: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(100)
    .meta(int32)
    .describe(
      'Topics of this Kafka cluster that may be deleted in any hour, a brake against a mass delete by mistake; more wait. Default: 100. Example: 1000.',
    ),
  naming: z
    .object({
      mode: z
        .enum(['Off', 'Warn', 'Deny'])
        .default('Off')
        .describe(
          'What happens to names that do not match. Warn says so, Deny creates no topic of that name; topics that exist go on. Default: Off. Example: Warn.',
        ),
      pattern: z
        .string()
        .min(1)
        .max(1024)
        .optional()
        .describe(
          'What names look like: an RE2 expression, 1 to 1024 characters, found anywhere in the name unless it has ^ and $. Default: none. Example: "^[a-z][a-z0-9-]*([.][a-z][a-z0-9-]*){1,3}$".',
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
          'Whether replicas of existing topics are moved when spec.replicationFactor of an EventTopic changes. Default: false. Example: true.',
        ),
      throttleBytesPerSecond: z
        .int()
        .min(100_000)
        .max(1_000_000_000_000)
        .default(50_000_000)
        .meta(int64)
        .describe(
          'What each broker may send and receive for it, in bytes per second, 100000 to 10^12; more than is produced to the topics, or it never ends. Default: 50000000. Example: 100000000.',
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
