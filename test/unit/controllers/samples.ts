import { type ClusterUse, resolveCluster } from '../../../src/controllers/cluster-use.ts';
import type {
  ObservedRemoval,
  Patience,
  RemovalFacts,
  SeenRemoval,
  SeenTopic,
} from '../../../src/controllers/event-topic/observed.ts';
import type { AccessRule } from '../../../src/crds/access-rule.ts';
import type { EventCluster, EventClusterSpec } from '../../../src/crds/event-cluster.ts';
import type { EventConsumer, EventConsumerSpec } from '../../../src/crds/event-consumer.ts';
import type { EventSchema, EventSchemaSpec, EventSchemaStatus } from '../../../src/crds/event-schema.ts';
import type { EventTopic, EventTopicSpec, EventTopicStatus } from '../../../src/crds/event-topic.ts';
import type { TopicState } from '../../../src/ports/kafka.ts';

const created = '2026-01-01T00:00:00Z';

/** A rule that grants every name, and no more than the default policies. */
export function accessRule(overrides: Partial<AccessRule> = {}): AccessRule {
  const names = { topics: ['*'], subjects: ['*'], groups: ['*'] };
  return { ...names, deletionPolicies: ['Retain'], adoptionPolicies: ['MatchOnly'], ...overrides };
}

export function clusterOf(spec: Partial<EventClusterSpec> = {}, overrides: Partial<EventCluster> = {}): EventCluster {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventCluster',
    metadata: { name: 'default', uid: 'cluster-uid', resourceVersion: '1', generation: 1, creationTimestamp: created },
    spec: {
      mode: 'ReadWrite',
      maxDeletionsPerHour: 100,
      kafka: { bootstrapServers: ['kafka:9092'] },
      allowedConfigKeys: ['*'],
      access: [
        accessRule({
          namespaces: ['shop'],
          deletionPolicies: ['Retain', 'Delete'],
          adoptionPolicies: ['MatchOnly', 'Take'],
        }),
      ],
      ...spec,
    },
    status: { observedGeneration: 1, clusterId: 'kafka-1' },
    ...overrides,
  };
}

export function useOf(cluster = clusterOf(), namespace = 'shop'): ClusterUse {
  const question = {
    namespace: { name: namespace, labels: {} },
    clusterRef: { name: cluster.metadata.name },
    pinned: undefined,
  };
  const answer = resolveCluster(question, [cluster]);
  if (answer.kind !== 'use') throw new Error(`the sample cluster is not usable: ${answer.blocked.message}`);
  return answer.use;
}

export function topicResource(
  spec: Partial<EventTopicSpec> = {},
  status: Partial<EventTopicStatus> = {},
  metadata: Partial<EventTopic['metadata']> = {},
): EventTopic {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventTopic',
    metadata: {
      name: 'orders',
      namespace: 'shop',
      uid: 'topic-uid',
      resourceVersion: '7',
      generation: 1,
      creationTimestamp: created,
      ...metadata,
    },
    spec: {
      ignoreConfigKeys: [],
      driftPolicy: 'Enforce',
      recreatePolicy: 'Hold',
      mode: 'Apply',
      adoptionPolicy: 'MatchOnly',
      deletionPolicy: 'Retain',
      keyed: true,
      paused: false,
      ...spec,
    },
    status,
  };
}

/** A live topic; settings given here are set on the topic itself. */
export function liveTopic(
  overrides: Partial<Omit<TopicState, 'config'>> = {},
  config: Record<string, string> = {},
): TopicState {
  return {
    name: 'orders',
    id: 'id-1',
    partitions: 3,
    replicationFactor: 1,
    config: new Map(Object.entries(config).map(([key, value]) => [key, { value, overridden: true }])),
    ...overrides,
  };
}

/** What a round sees of a topic that nobody else claims. */
export function seenTopic(overrides: Partial<SeenTopic> = {}): SeenTopic {
  return {
    kind: 'seen',
    use: useOf(),
    liveClusterId: 'kafka-1',
    topic: liveTopic(),
    otherOwner: undefined,
    claim: undefined,
    placesTaken: 0,
    collides: false,
    naming: { kind: 'fits' },
    resting: new Map(),
    ...overrides,
  };
}

/** What a round sees of the removal of a topic that nobody else has to do with. */
export function seenRemoval(
  { facts, ...seen }: Partial<Omit<SeenRemoval, 'facts'>> & { facts?: Partial<RemovalFacts> } = {},
  patience: Partial<Patience> = {},
): ObservedRemoval {
  const { use, liveClusterId, topic, otherOwner, claim } = seenTopic();
  const nobody: RemovalFacts = {
    readers: { reading: [], unsettled: [], unreadable: [] },
    consumers: { here: [], elsewhere: false },
    unseenUsers: false,
    records: undefined,
    askedLongAgo: false,
  };
  return {
    sight: { kind: 'seen', use, liveClusterId, topic, otherOwner, claim, ...seen, facts: { ...nobody, ...facts } },
    patience: { namespaceTerminating: false, leftMs: undefined, ...patience },
  };
}

export function schemaResource(
  spec: Partial<EventSchemaSpec> = {},
  status: Partial<EventSchemaStatus> = {},
  metadata: Partial<EventSchema['metadata']> = {},
): EventSchema {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventSchema',
    metadata: {
      name: 'orders-value',
      namespace: 'shop',
      uid: 'schema-uid',
      resourceVersion: '3',
      generation: 1,
      creationTimestamp: created,
      ...metadata,
    },
    spec: {
      clusterRef: { name: 'default' },
      format: 'Avro',
      schema: '{"type":"string"}',
      normalize: true,
      adoptionPolicy: 'MatchOnly',
      deletionPolicy: 'Retain',
      paused: false,
      ...spec,
    },
    status,
  };
}

export function consumerResource(
  spec: Partial<EventConsumerSpec> = {},
  metadata: Partial<EventConsumer['metadata']> = {},
): EventConsumer {
  return {
    apiVersion: 'sluice.dev/v1alpha1',
    kind: 'EventConsumer',
    metadata: {
      name: 'payment',
      namespace: 'shop',
      uid: 'consumer-uid',
      resourceVersion: '5',
      generation: 1,
      creationTimestamp: created,
      ...metadata,
    },
    spec: {
      clusterRef: { name: 'default' },
      topics: ['orders'],
      offsetReset: 'Latest',
      targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'payment' },
      scaling: { mode: 'Auto', minReplicas: 1, maxLagSeconds: 10, policy: 'Cost' },
      paused: false,
      ...spec,
    },
    status: {},
  };
}
