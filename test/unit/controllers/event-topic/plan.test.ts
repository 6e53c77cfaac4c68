import { describe, expect, it } from 'vitest';
import type { SeenTopic } from '../../../../src/controllers/event-topic/observed.ts';
import { planTopic } from '../../../../src/controllers/event-topic/plan.ts';
import type { EventTopic } from '../../../../src/crds/event-topic.ts';
import { clusterOf, liveTopic, topicResource, useOf } from '../samples.ts';

function seen(overrides: Partial<SeenTopic> = {}): SeenTopic {
  return {
    kind: 'seen',
    use: useOf(),
    liveClusterId: 'kafka-1',
    topic: liveTopic(),
    otherOwner: undefined,
    claimedBy: undefined,
    namespaceTerminating: false,
    removal: undefined,
    ...overrides,
  };
}

const ours = { topicId: 'id-1' };
const rival = {
  namespace: 'shop',
  name: 'older',
  uid: 'u2',
  creationTimestamp: '2025-01-01T00:00:00Z',
  recorded: true,
};

interface Row {
  it: string;
  resource: EventTopic;
  seen?: Partial<SeenTopic>;
  actions: readonly unknown[];
  blocked: readonly unknown[];
}

const nothing = { actions: [], blocked: [] };
const refuse = (reason: string) => expect.objectContaining({ kind: 'refuse', reason });
const wait = (reason: string) => expect.objectContaining({ kind: 'wait', reason });
const act = (action: Record<string, unknown>) => expect.objectContaining(action);

const rows: Row[] = [
  {
    it: 'creates a topic that is absent, with its settings as strings',
    resource: topicResource({
      partitions: 6,
      config: { 'retention.ms': 1000, 'unclean.leader.election.enable': true },
    }),
    seen: { topic: undefined },
    actions: [
      act({
        kind: 'create',
        topic: {
          name: 'orders',
          partitions: 6,
          config: new Map([
            ['retention.ms', '1000'],
            ['unclean.leader.election.enable', 'true'],
          ]),
        },
      }),
    ],
    blocked: [],
  },
  {
    it: 'fills in the defaults of the cluster where the spec is silent',
    resource: topicResource({ config: { 'retention.ms': 5 } }),
    seen: {
      topic: undefined,
      use: useOf(
        clusterOf({
          topicDefaults: { partitions: 4, replicationFactor: 2, config: { 'retention.ms': 1, 'segment.ms': 2 } },
        }),
      ),
    },
    actions: [
      act({
        topic: {
          name: 'orders',
          partitions: 4,
          replicationFactor: 2,
          config: new Map([
            ['retention.ms', '5'],
            ['segment.ms', '2'],
          ]),
        },
      }),
    ],
    blocked: [],
  },
  {
    it: 'leaves a topic alone that is as the spec says',
    resource: topicResource({ partitions: 3, replicationFactor: 1 }, ours),
    ...nothing,
  },
  {
    it: 'leaves partitions and replicas alone that the spec does not name',
    resource: topicResource({}, ours),
    seen: { topic: liveTopic({ partitions: 9, replicationFactor: 3 }) },
    ...nothing,
  },
  {
    it: 'adopts a topic that existed before and matches',
    resource: topicResource({ partitions: 3, config: { 'retention.ms': 5 } }),
    seen: { topic: liveTopic({}, { 'retention.ms': '5', 'segment.ms': '9' }) },
    actions: [act({ kind: 'adopt', name: 'orders', uid: 'topic-uid' })],
    blocked: [],
  },
  {
    it: 'does not adopt a topic with other partitions',
    resource: topicResource({ partitions: 6 }),
    actions: [],
    blocked: [refuse('AdoptionMismatch')],
  },
  {
    it: 'does not adopt a topic with other settings',
    resource: topicResource({ config: { 'retention.ms': 5 } }),
    actions: [],
    blocked: [refuse('AdoptionMismatch')],
  },
  {
    it: 'takes a topic that it claimed before it was created as its own, and finishes it',
    resource: topicResource({ partitions: 6, keyed: false }),
    seen: { claimedBy: 'topic-uid' },
    actions: [act({ kind: 'grow', from: 3, to: 6 })],
    blocked: [],
  },
  {
    it: 'grows a topic without keys',
    resource: topicResource({ partitions: 6, keyed: false }, ours),
    actions: [act({ kind: 'grow', from: 3, to: 6 })],
    blocked: [],
  },
  {
    it: 'grows a keyed topic once that number of partitions is acknowledged',
    resource: topicResource({ partitions: 6, keyMoveAcknowledgedForPartitions: 6 }, ours),
    actions: [act({ kind: 'grow', from: 3, to: 6 })],
    blocked: [],
  },
  {
    it: 'refuses to grow a keyed topic when another number is acknowledged',
    resource: topicResource({ partitions: 6, keyMoveAcknowledgedForPartitions: 4 }, ours),
    actions: [],
    blocked: [refuse('KeyMoveNotAcknowledged')],
  },
  {
    it: 'refuses to shrink, and still changes the settings',
    resource: topicResource({ partitions: 1, config: { 'retention.ms': 5 } }, ours),
    actions: [act({ kind: 'configure', changes: new Map([['retention.ms', '5']]), driftOnly: false })],
    blocked: [refuse('PartitionDecreaseRefused')],
  },
  {
    it: 'refuses other replicas after creation',
    resource: topicResource({ replicationFactor: 3 }, ours),
    actions: [],
    blocked: [refuse('ReassignmentNotAllowed')],
  },
  {
    it: 'says that a topic of its own was deleted, and does not create an empty one',
    resource: topicResource({}, ours),
    seen: { topic: undefined },
    actions: [],
    blocked: [refuse('TopicDeletedOutOfBand')],
  },
  {
    it: 'does not touch a topic that somebody re-created',
    resource: topicResource({ partitions: 6, keyed: false }, ours),
    seen: { topic: liveTopic({ id: 'id-2' }) },
    actions: [],
    blocked: [refuse('TopicRecreated')],
  },
  {
    it: 'leaves the topic to its owner',
    resource: topicResource({ partitions: 6, keyed: false }),
    seen: { otherOwner: rival, topic: undefined },
    actions: [],
    blocked: [expect.objectContaining({ reason: 'OwnedByOther', message: expect.stringContaining('"older"') })],
  },
  {
    it: 'does not name an owner in another namespace',
    resource: topicResource(),
    seen: { otherOwner: { ...rival, namespace: 'secret' } },
    actions: [],
    blocked: [expect.objectContaining({ reason: 'OwnedByOther', message: expect.not.stringMatching(/older|secret/) })],
  },
  {
    it: 'refuses a topic that the namespace is not granted',
    resource: topicResource(),
    seen: { use: useOf(clusterOf(), 'elsewhere'), topic: undefined },
    actions: [],
    blocked: [refuse('NotGranted')],
  },
  {
    it: 'refuses a deletion policy that the namespace is not granted',
    resource: topicResource({ deletionPolicy: 'Delete' }),
    seen: {
      topic: undefined,
      use: useOf(
        clusterOf({
          access: [{ namespaces: ['*'], topics: ['*'], subjects: [], groups: [], deletionPolicies: ['Retain'] }],
        }),
      ),
    },
    actions: [],
    blocked: [refuse('NotGranted')],
  },
  {
    it: 'refuses names that belong to the brokers',
    resource: topicResource({ topicName: '__consumer_offsets' }),
    actions: [],
    blocked: [refuse('NameRefused')],
  },
  {
    it: 'writes nothing to a cluster that answers with another id',
    resource: topicResource(),
    seen: { topic: undefined, liveClusterId: 'kafka-2' },
    actions: [],
    blocked: [refuse('ClusterIdChanged')],
  },
  {
    it: 'waits with what it would write while the cluster is ReadOnly',
    resource: topicResource(),
    seen: { topic: undefined, use: useOf(clusterOf({ mode: 'ReadOnly' })) },
    actions: [],
    blocked: [wait('ClusterReadOnly')],
  },
  {
    it: 'is content in ReadOnly mode when nothing is to be written',
    resource: topicResource({}, ours),
    seen: { use: useOf(clusterOf({ mode: 'ReadOnly' })) },
    ...nothing,
  },
];

describe('the plan of an EventTopic', () => {
  it.each(rows)('$it', ({ resource, seen: overrides, actions, blocked }) => {
    expect(planTopic(resource, seen(overrides))).toEqual({ actions, blocked });
  });
});
