import { z } from 'zod';
import { ageColumn, clusterStatus, commonStatus, messageColumn, readyColumns } from './common-status.ts';
import {
  immutableFieldRule,
  immutableNameRule,
  int32,
  int64,
  type KindDefinition,
  setList,
  validations,
} from './definition.ts';
import { clusterRef, paused, topicName } from './fields.ts';
import { type Resource, resourceOf } from './resource.ts';

const replicas = (minimum: number) => z.int().min(minimum).max(10_000).meta(int32);

const scaling = z
  .object({
    mode: z
      .enum(['Auto', 'Recommend', 'Off'])
      .default('Auto')
      .describe(
        'Auto scales, Recommend only says what it would do, "Off" does neither (in quotes: plain YAML reads it as ' +
          'false). Default: Auto. Example: Recommend.',
      ),
    minReplicas: replicas(1).default(1).describe('Fewest replicas. Default: 1. Example: 2.'),
    maxReplicas: replicas(1).optional().describe('Most replicas. Default: the partitions of its topics. Example: 12.'),
    fixedReplicas: replicas(0)
      .optional()
      .describe('Holds the target at this number, whatever the lag: a person’s override. Default: none. Example: 3.'),
    maxLagSeconds: z
      .int()
      .min(5)
      .max(86_400)
      .default(60)
      .meta(int32)
      .describe(
        'The objective: seconds between a record’s arrival and its commit; not a guarantee. Default: 60. Example: 10.',
      ),
    policy: z
      .enum(['Cost', 'Balanced', 'Stable'])
      .default('Balanced')
      .describe(
        'How long fewer replicas must have been enough before the target shrinks: ' +
          'Cost 120 s, Balanced 300 s, Stable 900 s. Default: Balanced. Example: Cost.',
      ),
    ratePerReplica: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .meta(int32)
      .describe('Records per second that one replica can process. Default: learned. Example: 200.'),
  })
  .meta(
    validations({
      rule: '!has(self.maxReplicas) || self.minReplicas <= self.maxReplicas',
      message: 'minReplicas must not be greater than maxReplicas',
      fieldPath: '.minReplicas',
    }),
  );

const spec = z
  .object({
    clusterRef,
    groupId: z
      .string()
      .min(1)
      .max(249)
      .regex(/^[!-~]+$/)
      .optional()
      .describe('Consumer group; immutable. Default: metadata.name. Example: payment-service.'),
    topics: z
      .array(topicName)
      .min(1)
      .max(64)
      .meta(setList)
      .describe('Topics in Kafka that the group reads, 1 to 64. Example: ["order.created"].'),
    offsetReset: z
      .enum(['Latest', 'Earliest', 'None'])
      .default('Latest')
      .describe(
        'Where the client starts without a committed offset, which the brokers cannot tell. Default: Latest. Example: Earliest.',
      ),
    targetRef: z
      .object({
        apiVersion: z.enum(['apps/v1']).default('apps/v1').describe('Default: apps/v1. Example: apps/v1.'),
        kind: z.enum(['Deployment']).default('Deployment').describe('Default: Deployment. Example: Deployment.'),
        name: z
          .string()
          .min(1)
          .max(253)
          .describe('Name of the Deployment in this namespace. Example: payment-service.'),
      })
      .describe('What is scaled.'),
    scaling: scaling.prefault({}).describe('How the target is scaled.'),
    paused,
  })
  .meta(validations(immutableFieldRule('clusterRef')));

const status = z.object({
  ...commonStatus,
  cluster: clusterStatus,
  groupId: z.string().max(249).optional().describe('The consumer group. Example: payment-service.'),
  topics: z
    .array(z.string().max(249))
    .max(128)
    .optional()
    .meta(setList)
    .describe('Topics that the group reads, as seen. Example: ["order.created"].'),
  unreadTopics: z
    .array(z.string().max(249))
    .max(64)
    .optional()
    .meta(setList)
    .describe(
      'Topics of the spec that no member of the group reads or has read; nothing of them counts. Example: ["order.paid"].',
    ),
  ownedBy: z
    .string()
    .max(253)
    .optional()
    .describe(
      'The resource of this namespace that owns the group or the target, when it is not this one. Example: payments.',
    ),
  replicas: z
    .object({
      current: z.int().min(0).meta(int32).describe('Replicas that the target asks for. Example: 3.'),
      desired: z.int().min(0).meta(int32).describe('Replicas that the last decision wants. Example: 4.'),
      max: z.int().min(0).meta(int32).describe('Most replicas that are useful and allowed. Example: 6.'),
      summary: z.string().max(64).describe('current/desired/max. Example: 3/4/6.'),
    })
    .optional()
    .describe('Size of the target.'),
  lag: z
    .object({
      records: z.int().min(0).optional().meta(int64).describe('Records not yet processed, rounded. Example: 1000.'),
      seconds: z.int().min(0).optional().meta(int64).describe('Age of the oldest of them, rounded. Example: 5.'),
      known: z.boolean().describe('Whether the last measurement was complete. Example: true.'),
    })
    .optional()
    .describe('How far the group is behind; rounded, and written at most every 30 s.'),
  partitions: z
    .object({
      total: z.int().min(0).meta(int32).describe('Partitions of the topics. Example: 6.'),
      lagging: z.int().min(0).meta(int32).describe('Partitions that are behind the objective. Example: 4.'),
    })
    .optional()
    .describe('Partitions that the group reads.'),
  lastDecision: z
    .object({
      time: z.string().max(64).meta({ format: 'date-time' }).describe('When it was taken, RFC 3339.'),
      from: z.int().min(0).meta(int32).describe('Replicas before. Example: 3.'),
      to: z.int().min(0).meta(int32).describe('Replicas after. Example: 4.'),
      reason: z.string().max(128).describe('Why. Example: LagOverObjective.'),
      message: z.string().max(1024).describe('Why, with the figures. Example: lag 30 s over the objective of 10 s.'),
    })
    .optional()
    .describe('The last change of replicas.'),
});

export const eventConsumer = {
  kind: 'EventConsumer',
  plural: 'eventconsumers',
  singular: 'eventconsumer',
  shortNames: ['evc'],
  scope: 'Namespaced',
  description: 'A consumer group and the Deployment that runs it, scaled on lag.',
  spec,
  status,
  rules: [immutableNameRule('groupId', 'group')],
  columns: [
    { name: 'Group', type: 'string', jsonPath: '.status.groupId', priority: 0, description: 'Consumer group.' },
    {
      name: 'Replicas',
      type: 'string',
      jsonPath: '.status.replicas.summary',
      priority: 0,
      description: 'current/desired/max.',
    },
    { name: 'Lag', type: 'integer', jsonPath: '.status.lag.records', priority: 0, description: 'Records, rounded.' },
    {
      name: 'LagSeconds',
      type: 'integer',
      jsonPath: '.status.lag.seconds',
      priority: 0,
      description: 'Age of the oldest unprocessed record, rounded.',
    },
    ...readyColumns,
    ageColumn,
    { name: 'Topics', type: 'string', jsonPath: '.status.topics', priority: 1, description: 'Topics that are read.' },
    {
      name: 'Target',
      type: 'string',
      jsonPath: '.spec.targetRef.name',
      priority: 1,
      description: 'Deployment that is scaled.',
    },
    {
      name: 'ScaleReason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="ScalingActive")].reason',
      priority: 1,
      description: 'Why it has the size it has.',
    },
    messageColumn,
  ],
} as const satisfies KindDefinition;

export type EventConsumerSpec = z.output<typeof spec>;
export type EventConsumerStatus = z.output<typeof status>;
export type EventConsumer = Resource<EventConsumerSpec, EventConsumerStatus>;
export const parseEventConsumer = resourceOf<EventConsumer>(eventConsumer);
