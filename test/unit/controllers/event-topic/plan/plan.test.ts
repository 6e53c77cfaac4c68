import { describe, expect, it } from 'vitest';
import type { SeenTopic } from '../../../../../src/controllers/event-topic/observed.ts';
import { type Objections, strikeOut } from '../../../../../src/controllers/event-topic/plan/decision.ts';
import { planTopic } from '../../../../../src/controllers/event-topic/plan/plan.ts';
import type { EventTopic } from '../../../../../src/crds/event-topic.ts';
import { clusterOf, liveTopic, seenTopic, topicResource, useOf } from '../../samples.ts';
import { brokersOf, partitionOf } from '../reassignment/samples.ts';

const ours = { topicId: 'id-1' };
const now = new Date('2026-01-01T00:05:00Z');
const ownCreation = { uid: 'topic-uid', at: '2026-01-01T00:00:00Z', creates: true };
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
  /** What the brokers say that they would refuse. */
  objections?: Objections;
  actions: readonly unknown[];
  blocked: readonly unknown[];
}

/** A topic with three replicas, which may be moved. */
const movable: Partial<SeenTopic> = {
  topic: liveTopic({ partitions: 1, replicationFactor: 3 }),
  use: useOf(
    clusterOf({ reassignment: { enabled: true, throttleBytesPerSecond: 50_000_000, maxConcurrentPartitions: 20 } }),
  ),
  replicas: {
    partitions: [partitionOf(0, [1, 2, 3])],
    brokers: brokersOf({ 1: undefined, 2: undefined, 3: undefined }),
    movingElsewhere: 0,
    record: undefined,
  },
};

const nothing = { actions: [], blocked: [] };
const refuse = (reason: string, says = '') =>
  expect.objectContaining({ kind: 'refuse', reason, message: expect.stringContaining(says) });
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
    actions: [act({ kind: 'adopt', name: 'orders', id: 'id-1', uid: 'topic-uid' })],
    blocked: [],
  },
  {
    it: 'names every difference of a topic that it does not adopt',
    resource: topicResource({ partitions: 6, replicationFactor: 2, config: { 'retention.ms': 5, 'segment.ms': 9 } }),
    seen: { topic: liveTopic({}, { 'retention.ms': '7' }) },
    actions: [],
    blocked: [
      expect.objectContaining({
        message: expect.stringMatching(
          /3 partitions and not 6; it has 1 replicas and not 2; retention.ms is "7" and not "5"; segment.ms is "" and not "9"/,
        ),
      }),
    ],
  },
  {
    it: 'adopts a topic whose settings Kafka reads as the same',
    resource: topicResource({ config: { 'retention.ms': '0060000', 'cleanup.policy': 'compact, delete' } }),
    seen: { topic: liveTopic({}, { 'retention.ms': '60000', 'cleanup.policy': 'compact,delete' }) },
    actions: [act({ kind: 'adopt' })],
    blocked: [],
  },
  {
    it: 'pins what an adopted topic has only from the broker, in the same go',
    resource: topicResource({ config: { 'retention.ms': 5 } }),
    seen: { topic: { ...liveTopic(), config: new Map([['retention.ms', { value: '5', overridden: false }]]) } },
    actions: [act({ kind: 'adopt' }), act({ kind: 'configure', changes: new Map([['retention.ms', '5']]) })],
    blocked: [],
  },
  {
    it: 'does not hold an ignored setting against a topic',
    resource: topicResource({ config: { 'retention.ms': 5 }, ignoreConfigKeys: ['retention.*'] }),
    seen: { topic: liveTopic({}, { 'retention.ms': '7' }) },
    actions: [act({ kind: 'adopt' })],
    blocked: [],
  },
  {
    it: 'takes a topic that differs and brings it to the spec',
    resource: topicResource({ adoptionPolicy: 'Take', partitions: 6, keyed: false, config: { 'retention.ms': 5 } }),
    seen: { topic: liveTopic({}, { 'retention.ms': '7', 'segment.ms': '9' }) },
    actions: [
      act({ kind: 'adopt' }),
      act({ kind: 'configure', changes: new Map([['retention.ms', '5']]) }),
      act({ kind: 'grow', from: 3, to: 6 }),
    ],
    blocked: [],
  },
  {
    it: 'never shrinks a topic that it takes',
    resource: topicResource({ adoptionPolicy: 'Take', partitions: 2 }),
    actions: [act({ kind: 'adopt' })],
    blocked: [refuse('PartitionDecreaseRefused')],
  },
  {
    it: 'moves no keys of a topic that it takes without an acknowledgement',
    resource: topicResource({ adoptionPolicy: 'Take', partitions: 6 }),
    actions: [act({ kind: 'adopt' })],
    blocked: [refuse('KeyMoveNotAcknowledged')],
  },
  {
    it: 'adopts nothing under Never, not even what matches',
    resource: topicResource({ adoptionPolicy: 'Never' }),
    actions: [],
    blocked: [refuse('AdoptionRefused')],
  },
  {
    it: 'finishes its own half-made topic under Never',
    resource: topicResource({ adoptionPolicy: 'Never', partitions: 6, keyed: false }),
    seen: { claim: ownCreation },
    actions: [act({ kind: 'grow', from: 3, to: 6 })],
    blocked: [],
  },
  {
    it: 'resets on its own half-made topic what left the spec meanwhile, and keeps the defaults of the cluster',
    resource: topicResource(),
    seen: {
      claim: ownCreation,
      topic: liveTopic({}, { 'retention.ms': '7', 'segment.ms': '9' }),
      use: useOf(clusterOf({ topicDefaults: { config: { 'segment.ms': 9 } } })),
    },
    actions: [act({ kind: 'configure', changes: new Map([['retention.ms', undefined]]) })],
    blocked: [],
  },
  {
    it: 'does not reset what stands on a topic that it was about to adopt',
    resource: topicResource(),
    seen: { claim: { ...ownCreation, creates: false }, topic: liveTopic({}, { 'retention.ms': '7' }) },
    ...nothing,
  },
  {
    it: 'does not adopt a topic with other partitions',
    resource: topicResource({ partitions: 6 }),
    actions: [],
    blocked: [refuse('AdoptionMismatch')],
  },
  {
    it: 'does not adopt a topic of which some partitions have more replicas',
    resource: topicResource({ replicationFactor: 2 }),
    seen: { topic: liveTopic({ replicationFactor: 2, mostReplicas: 3 }) },
    actions: [],
    blocked: [refuse('AdoptionMismatch', 'it has 2 to 3 replicas and not 2')],
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
    seen: { claim: ownCreation },
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
    it: 'creates a lost topic again, empty, when its id is given for that',
    resource: topicResource({ recreateLostTopicId: 'id-1' }, ours),
    seen: { topic: undefined },
    actions: [act({ kind: 'create', replaces: 'id-1' })],
    blocked: [],
  },
  {
    it: 'does not create a lost topic again for an acknowledgement of another loss',
    resource: topicResource({ recreateLostTopicId: 'id-0' }, ours),
    seen: { topic: undefined },
    actions: [],
    blocked: [refuse('TopicDeletedOutOfBand')],
  },
  {
    it: 'creates a lost topic again at once where the policy says so',
    resource: topicResource({ recreatePolicy: 'Recreate' }, ours),
    seen: { topic: undefined },
    actions: [act({ kind: 'create', replaces: 'id-1' })],
    blocked: [],
  },
  {
    it: 'does not take a stranger for a lost topic that may be created again',
    resource: topicResource({ recreatePolicy: 'Recreate', recreateLostTopicId: 'id-1' }, ours),
    seen: { topic: liveTopic({ id: 'id-2' }) },
    actions: [],
    blocked: [refuse('TopicRecreated')],
  },
  {
    it: 'knows the topic that it created in place of a lost one',
    resource: topicResource({ recreateLostTopicId: 'id-1', partitions: 6, keyed: false }, ours),
    seen: { topic: liveTopic({ id: 'id-2' }), claim: { ...ownCreation, replaces: 'id-1' } },
    actions: [act({ kind: 'grow' })],
    blocked: [],
  },
  {
    it: 'does not believe a claim that its status has outlived',
    resource: topicResource({}, { topicId: 'id-2' }),
    seen: { topic: liveTopic({ id: 'id-3' }), claim: { ...ownCreation, replaces: 'id-1' } },
    actions: [],
    blocked: [refuse('TopicRecreated')],
  },
  {
    it: 'does not take a third topic for the re-created one that it accepted by its id',
    resource: topicResource({ acceptTopicId: 'id-2' }, ours),
    seen: { topic: liveTopic({ id: 'id-3' }), claim: { ...ownCreation, creates: false, replaces: 'id-1', id: 'id-2' } },
    actions: [],
    blocked: [refuse('TopicRecreated')],
  },
  {
    it: 'accepts a re-created topic by its id, and resets nothing that its creator set',
    resource: topicResource(
      { acceptTopicId: 'id-2', config: { 'retention.ms': 5 } },
      { ...ours, appliedConfig: { 'retention.ms': '5', 'segment.ms': '9' } },
    ),
    seen: { topic: liveTopic({ id: 'id-2' }, { 'segment.ms': '1' }) },
    actions: [
      act({ kind: 'adopt', id: 'id-2', replaces: 'id-1' }),
      act({ kind: 'configure', changes: new Map([['retention.ms', '5']]) }),
    ],
    blocked: [],
  },
  {
    it: 'does not accept another id than the one that is given',
    resource: topicResource({ acceptTopicId: 'id-3' }, ours),
    seen: { topic: liveTopic({ id: 'id-2' }) },
    actions: [],
    blocked: [refuse('TopicRecreated')],
  },
  {
    it: 'grows nothing that the brokers object to, and still changes the settings',
    resource: topicResource({ partitions: 6, keyed: false, config: { 'retention.ms': 5 } }, ours),
    objections: { growth: { reason: 'TopicRejected', message: 'too many' }, settings: new Map() },
    actions: [act({ kind: 'configure' })],
    blocked: [refuse('TopicRejected')],
  },
  {
    it: 'holds nothing back in mode Plan where the brokers refuse all that there would be to do',
    resource: topicResource({ mode: 'Plan' }),
    seen: { topic: undefined },
    objections: { creation: { reason: 'NotEnoughBrokers', message: 'too few' }, settings: new Map() },
    actions: [],
    blocked: [refuse('NotEnoughBrokers', 'too few')],
  },
  {
    it: 'holds back what is left in mode Plan once the brokers refuse a part',
    resource: topicResource({ mode: 'Plan', partitions: 6, keyed: false, config: { 'retention.ms': 5 } }, ours),
    objections: { growth: { reason: 'TopicRejected', message: 'too many' }, settings: new Map() },
    actions: [],
    blocked: [refuse('PlanOnly'), refuse('TopicRejected')],
  },
  {
    it: 'judges the number of replicas by the minimum that stays when the brokers refuse the one of the spec',
    resource: topicResource({ replicationFactor: 2, config: { 'min.insync.replicas': 3 } }, ours),
    seen: movable,
    objections: { settings: new Map([['min.insync.replicas', 'no']]) },
    actions: [act({ kind: 'reassign' })],
    blocked: [refuse('ConfigRejected')],
  },
  {
    it: 'changes the settings that the brokers accept, and names each that they refuse',
    resource: topicResource({ config: { 'retention.ms': 'soon', 'segment.ms': 9, 'flush.ms': 'x' } }, ours),
    objections: {
      settings: new Map([
        ['retention.ms', 'bad retention'],
        ['flush.ms', 'bad flush'],
      ]),
    },
    actions: [act({ kind: 'configure', changes: new Map([['segment.ms', '9']]) })],
    blocked: [
      {
        kind: 'refuse',
        reason: 'ConfigRejected',
        message:
          'topic "orders": the brokers refuse settings of spec.config; correct them or remove them: flush.ms "x" (bad flush; it takes milliseconds, a whole number such as 604800000), retention.ms "soon" (bad retention; it takes milliseconds, a whole number such as 604800000)',
      },
    ],
  },
  {
    it: 'keeps a setting that the brokers refuse to return to its default, and makes the other changes',
    resource: topicResource(
      { config: { 'segment.ms': 9 } },
      { ...ours, appliedConfig: { 'max.compaction.lag.ms': '10000' } },
    ),
    seen: { topic: liveTopic({}, { 'max.compaction.lag.ms': '10000' }) },
    objections: { settings: new Map([['max.compaction.lag.ms', 'less than min.compaction.lag.ms']]) },
    actions: [act({ kind: 'configure', changes: new Map([['segment.ms', '9']]) })],
    blocked: [
      {
        kind: 'refuse',
        reason: 'ConfigRejected',
        message:
          'topic "orders": the brokers refuse the default of what left spec.config, which stays as it is; set it in spec.config again, or change what it depends on: max.compaction.lag.ms "10000" to the brokers\' own (less than min.compaction.lag.ms)',
      },
    ],
  },
  {
    it: 'waits for the brokers to show a change, and does not make it again',
    resource: topicResource({ config: { 'retention.ms': 5 } }, ours),
    seen: {
      topic: { ...liveTopic({}, { 'retention.ms': '4' }), awaited: new Map([['retention.ms', '5']]) },
    },
    actions: [],
    blocked: [wait('Progressing')],
  },
  {
    it: 'returns a setting that left the spec to what the EventCluster has for new topics',
    resource: topicResource({}, { ...ours, appliedConfig: { 'min.insync.replicas': '1', 'segment.ms': '9' } }),
    seen: {
      use: useOf(clusterOf({ topicDefaults: { config: { 'min.insync.replicas': 2 } } })),
      topic: liveTopic({}, { 'min.insync.replicas': '1', 'segment.ms': '9' }),
    },
    actions: [
      act({
        kind: 'configure',
        changes: new Map([
          ['min.insync.replicas', '2'],
          ['segment.ms', undefined],
        ]),
      }),
    ],
    blocked: [],
  },
  {
    it: 'keeps a setting that left the spec while the EventCluster’s default for it cannot be used',
    resource: topicResource({}, { ...ours, appliedConfig: { 'retention.ms': '5' } }),
    seen: {
      use: useOf(clusterOf({ topicDefaults: { config: { 'retention.ms': 2 ** 60 } } })),
      topic: liveTopic({}, { 'retention.ms': '5' }),
    },
    actions: [],
    blocked: [],
  },
  {
    it: 'leaves a value alone that the brokers do not keep',
    resource: topicResource({ config: { 'retention.ms': 5 } }, ours),
    seen: { topic: liveTopic({}, { 'retention.ms': '7' }), resting: new Map([['retention.ms', '5']]) },
    actions: [],
    blocked: [refuse('ValueRewrittenByBroker')],
  },
  {
    it: 'does not use a number that lost its digits, and leaves that setting as it is',
    resource: topicResource(
      { config: { 'flush.ms': 2 ** 60, 'segment.ms': 9 } },
      { ...ours, appliedConfig: { 'flush.ms': '1' } },
    ),
    seen: { topic: liveTopic({}, { 'flush.ms': '1' }) },
    actions: [act({ kind: 'configure', changes: new Map([['segment.ms', '9']]) })],
    blocked: [expect.objectContaining({ reason: 'ConfigRejected', message: expect.stringContaining('quote it') })],
  },
  {
    it: 'creates no topic with less than its settings',
    resource: topicResource({ config: { 'retention.ms': 2 ** 60 } }),
    seen: { topic: undefined },
    actions: [],
    blocked: [refuse('ConfigRejected')],
  },
  {
    it: 'creates no topic while the defaults of the cluster cannot be used',
    resource: topicResource(),
    seen: { topic: undefined, use: useOf(clusterOf({ topicDefaults: { config: { 'retention.ms': 2 ** 60 } } })) },
    actions: [],
    blocked: [wait('ClusterNotReady')],
  },
  {
    it: 'leaves settings alone that the platform does not allow, and changes the others',
    resource: topicResource(
      { config: { 'retention.ms': 5, 'flush.ms': 7 } },
      { ...ours, appliedConfig: { 'flush.ms': '1', 'segment.bytes': '9' } },
    ),
    seen: {
      topic: liveTopic({}, { 'flush.ms': '1', 'segment.bytes': '9' }),
      use: useOf(clusterOf({ allowedConfigKeys: ['retention.*', 'segment.ms'] })),
    },
    actions: [act({ kind: 'configure', changes: new Map([['retention.ms', '5']]) })],
    blocked: [
      expect.objectContaining({
        reason: 'ConfigNotAllowed',
        message: expect.stringContaining('spec.config flush.ms: EventCluster "default" allows retention.*, segment.ms'),
      }),
    ],
  },
  {
    it: 'creates no topic with settings less than were asked for',
    resource: topicResource({ config: { 'flush.ms': 7 } }),
    seen: { topic: undefined, use: useOf(clusterOf({ allowedConfigKeys: ['retention.*'] })) },
    actions: [],
    blocked: [refuse('ConfigNotAllowed')],
  },
  {
    it: 'allows the platform its own defaults',
    resource: topicResource(),
    seen: {
      topic: undefined,
      use: useOf(clusterOf({ allowedConfigKeys: ['retention.*'], topicDefaults: { config: { 'flush.ms': 7 } } })),
    },
    actions: [act({ kind: 'create' })],
    blocked: [],
  },
  {
    it: 'does nothing in Plan mode, and says so first',
    resource: topicResource({ mode: 'Plan', partitions: 2, config: { 'retention.ms': 5 } }, ours),
    actions: [],
    blocked: [refuse('PlanOnly'), refuse('PartitionDecreaseRefused')],
  },
  {
    it: 'takes a claim back that came to nothing long ago, so that it does not make ours what a stranger creates',
    resource: topicResource({ mode: 'Plan' }),
    seen: { topic: undefined, claim: { ...ownCreation, at: '2025-12-31T23:54:00Z' } },
    actions: [act({ kind: 'disclaim', name: 'orders' })],
    blocked: [refuse('PlanOnly')],
  },
  {
    it: 'keeps a claim whose creation may still be under way',
    resource: topicResource({ mode: 'Plan' }),
    seen: { topic: undefined, claim: ownCreation },
    actions: [],
    blocked: [refuse('PlanOnly')],
  },
  {
    it: 'is content in Plan mode when nothing is to be done',
    resource: topicResource({ mode: 'Plan' }, ours),
    ...nothing,
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
  it.each(rows)('$it', ({ resource, seen: overrides, objections, actions, blocked }) => {
    const plan = planTopic(resource, seenTopic(overrides), now);
    expect(objections ? strikeOut(plan, objections) : plan).toMatchObject({ actions, blocked });
  });
});
