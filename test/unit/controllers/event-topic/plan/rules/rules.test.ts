import { describe, expect, it } from 'vitest';
import type { Found, Growing, Standing } from '../../../../../../src/controllers/event-topic/observed.ts';
import {
  refuseOtherSpec,
  refuseToAdopt,
  refuseUngrantedAdoption,
} from '../../../../../../src/controllers/event-topic/plan/rules/adoption.ts';
import {
  awaitUsableDefaults,
  refuseCollision,
  refuseName,
  refusePartitions,
  refuseUnusable,
} from '../../../../../../src/controllers/event-topic/plan/rules/creation.ts';
import {
  refuseMorePartitions,
  refuseMovedKeys,
  refuseShrinking,
} from '../../../../../../src/controllers/event-topic/plan/rules/growth.ts';
import {
  refuseForbiddenKeys,
  refuseUngrantedDeletion,
  refuseWithoutPlace,
} from '../../../../../../src/controllers/event-topic/plan/rules/policy.ts';
import {
  allOf,
  delaysCreation,
  forbidsAdoption,
  forbidsAnother,
  forbidsCreation,
  forbidsGrowth,
  forbidsLook,
  type Rule,
} from '../../../../../../src/controllers/event-topic/plan/rules/rules.ts';
import {
  refuseOtherCluster,
  refuseOwned,
  refuseReserved,
  refuseUngrantedName,
} from '../../../../../../src/controllers/event-topic/plan/rules/standing.ts';
import { keepBecause, keepsTopic } from '../../../../../../src/controllers/event-topic/removal/keep.ts';
import {
  type Deletable,
  holdAfterRefusal,
  holdByBrake,
  holdsDeletion,
  holdUnconfirmed,
  holdWhileUsed,
  holdWhileUsersUnseen,
} from '../../../../../../src/controllers/event-topic/removal/plan.ts';
import type { AccessRule } from '../../../../../../src/crds/access-rule.ts';
import type { EventClusterSpec } from '../../../../../../src/crds/event-cluster.ts';
import type { EventTopicSpec } from '../../../../../../src/crds/event-topic.ts';
import { accessRule, clusterOf, liveTopic, seenRemoval, seenTopic, topicResource, useOf } from '../../../samples.ts';

interface Row<Facts> {
  rule: Rule<Facts>;
  it: string;
  spec?: Partial<EventTopicSpec>;
  facts?: Partial<Facts>;
  says: string;
}

/** One row for each rule, in the order in which they count, and what they know of where nothing is in the way. */
function table<Facts>(name: string, innocent: Facts, lists: readonly (readonly Rule<Facts>[])[], rows: Row<Facts>[]) {
  describe(name, () => {
    it('has a row for each rule, in their order', () => {
      expect(rows.map(({ rule }) => rule)).toEqual(lists.flat());
    });

    it.each(rows)('$it', ({ rule, spec = {}, facts = {}, says }) => {
      expect(rule(topicResource({ keyed: false }), innocent)).toBeUndefined();
      const resource = topicResource(spec);
      const broken = { ...innocent, ...facts };
      const blocked = rule(resource, broken);
      expect(`${blocked?.kind} ${blocked?.reason}: ${blocked?.message}`).toBe(says);
      expect(lists.flatMap((list) => allOf(list, resource, broken))).toContainEqual(blocked);
    });
  });
}

const granting = (rule: Partial<AccessRule>) => ({ access: [accessRule({ namespaces: ['shop'], ...rule })] });
const use = (spec: Partial<EventClusterSpec>) => ({ use: useOf(clusterOf(spec)) });
const otherOwner = {
  namespace: 'shop',
  name: 'older',
  uid: 'u2',
  recorded: true,
  creationTimestamp: '2025-01-01T00:00:00Z',
};
const pattern = '^[a-z]+[.][a-z]+$';
const standing: Standing = seenTopic({ topic: undefined });

table<Standing>(
  'what forbids any look',
  standing,
  [forbidsLook],
  [
    {
      rule: refuseOtherCluster,
      it: 'an EventCluster that reaches another Kafka cluster',
      facts: { liveClusterId: 'kafka-2' },
      says: 'refuse ClusterIdChanged: EventCluster "default" reaches Kafka cluster "kafka-2", expected "kafka-1"; nothing is written until its spec.kafka.clusterId names the new one',
    },
    {
      rule: refuseReserved,
      it: 'a name that belongs to the brokers',
      spec: { topicName: '__offsets' },
      says: 'refuse NameRefused: topic "__offsets": names that begin with "__" belong to the brokers; delete this resource and create one with another name',
    },
    {
      rule: refuseUngrantedName,
      it: 'a name that the namespace is not granted',
      facts: use(granting({ topics: ['paid'] })),
      says: 'refuse NotGranted: EventCluster "default" does not grant topics "orders" to this namespace; ask its owner for an access rule',
    },
    {
      rule: refuseOwned,
      it: 'a name that somebody else owns',
      facts: { otherOwner },
      says: 'refuse OwnedByOther: topic "orders" is owned by "older"; delete one of the two resources',
    },
  ],
);

table<Standing>(
  'what forbids another topic',
  standing,
  [forbidsAnother],
  [
    {
      rule: refuseWithoutPlace,
      it: 'a namespace that has all the topics that it is granted',
      facts: { ...use(granting({ maxTopicsPerNamespace: 2 })), placesTaken: 2 },
      says: 'refuse QuotaExceeded: EventCluster "default" grants 2 topics to this namespace, and older EventTopics take them all; delete one, or ask its owner for more',
    },
    {
      rule: refuseUngrantedDeletion,
      it: 'an end of the topic that the namespace is not granted',
      spec: { deletionPolicy: 'DeleteIfEmpty' },
      says: 'refuse NotGranted: EventCluster "default" does not grant deletionPolicy DeleteIfEmpty to this namespace; use Retain or Delete',
    },
  ],
);

table<Standing>(
  'what forbids or delays a creation',
  standing,
  [forbidsCreation, delaysCreation],
  [
    {
      rule: refuseName,
      it: 'a name that breaks the naming rule',
      facts: { naming: { kind: 'violates', mode: 'Deny', pattern, suggestion: 'shop.orders' } },
      says: `refuse NameRefused: topic name "orders" does not match ${pattern}, the naming rule of EventCluster "default"; "shop.orders" would; the name of a topic cannot change, so delete this resource and create one with spec.topicName "shop.orders"`,
    },
    {
      rule: refuseCollision,
      it: 'a name that Kafka does not tell from another one',
      facts: { collides: true },
      says: 'refuse NameRefused: topic name "orders" differs only in "." and "_" from that of another topic, or of one that an older resource asks for, and Kafka does not tell these apart in metrics; the name cannot change, so create a resource with another spec.topicName and delete this one',
    },
    {
      rule: refusePartitions,
      it: 'more partitions than the namespace is granted',
      spec: { partitions: 5 },
      facts: use(granting({ maxPartitionsPerTopic: 4 })),
      says: 'refuse QuotaExceeded: EventCluster "default" grants 4 partitions to each topic of this namespace, wanted 5; set spec.partitions to 4, or ask its owner for more',
    },
    {
      rule: refuseForbiddenKeys,
      it: 'a setting that the spec may not name',
      spec: { config: { 'retention.ms': 5, 'segment.ms': 5 } },
      facts: use({ allowedConfigKeys: ['retention.*'] }),
      says: 'refuse ConfigNotAllowed: spec.config segment.ms: EventCluster "default" allows retention.*; remove the others from spec.config, or ask its owner to allow them',
    },
    {
      rule: refuseUnusable,
      it: 'a setting that cannot be used as it is written',
      spec: { config: { 'retention.ms': 2 ** 53 } },
      says: 'refuse ConfigRejected: spec.config retention.ms: a number past 2^53 loses digits on its way, so it is not used; quote it',
    },
    {
      rule: awaitUsableDefaults,
      it: 'a default of the EventCluster that cannot be used',
      facts: use({ topicDefaults: { config: { 'retention.ms': 2 ** 53 } } }),
      says: 'wait ClusterNotReady: EventCluster "default" has topicDefaults that cannot be used; see its status',
    },
  ],
);

table<Found>(
  'what forbids an adoption',
  { use: useOf(), topic: liveTopic() },
  [forbidsAdoption],
  [
    {
      rule: refuseUngrantedAdoption,
      it: 'a policy that the namespace is not granted',
      spec: { adoptionPolicy: 'Take' },
      facts: use(granting({ adoptionPolicies: ['MatchOnly'] })),
      says: 'refuse NotGranted: topic "orders" existed before, and EventCluster "default" does not grant adoptionPolicy Take to this namespace; use MatchOnly or Never',
    },
    {
      rule: refuseToAdopt,
      it: 'a policy to adopt nothing',
      spec: { adoptionPolicy: 'Never' },
      says: 'refuse AdoptionRefused: topic "orders" existed before and adoptionPolicy is Never; set adoptionPolicy to MatchOnly, or create a resource with another spec.topicName and delete this one',
    },
    {
      rule: refuseOtherSpec,
      it: 'a spec that says otherwise',
      spec: { partitions: 6 },
      says: 'refuse AdoptionMismatch: topic "orders" existed before and differs: it has 3 partitions and not 6; make the spec say what is live and change it afterwards, or set adoptionPolicy to Take',
    },
  ],
);

const growing: Growing = { use: useOf(), topic: { name: 'orders', partitions: 3 }, wanted: 6 };

table<Growing>(
  'what forbids another number of partitions',
  growing,
  [forbidsGrowth],
  [
    {
      rule: refuseShrinking,
      it: 'fewer than there are',
      facts: { wanted: 2 },
      says: 'refuse PartitionDecreaseRefused: topic "orders" has 3 partitions, wanted 2: partitions never shrink; set spec.partitions to 3 or more',
    },
    {
      rule: refuseMorePartitions,
      it: 'more than the namespace is granted',
      facts: { ...use(granting({ maxPartitionsPerTopic: 4 })), wanted: 5 },
      says: 'refuse QuotaExceeded: EventCluster "default" grants 4 partitions to each topic of this namespace, wanted 5; set spec.partitions to 4, or ask its owner for more',
    },
    {
      rule: refuseMovedKeys,
      it: 'keys that would move',
      spec: { keyed: true },
      says: 'refuse KeyMoveNotAcknowledged: topic "orders" has 3 partitions, wanted 6: growing moves keys to other partitions, so records of one key are no longer read in their order; set spec.keyMoveAcknowledgedForPartitions to 6, or spec.keyed to false',
    },
  ],
);

const { facts } = removal();
const deletable: Deletable = { use: useOf(), facts, topic: { name: 'orders', id: 'id-1' }, mayNotWait: false };
const blocked = { kind: 'refuse', reason: 'TopicRejected', message: 'no' } as const;

function removal() {
  const { sight } = seenRemoval();
  if (sight.kind !== 'seen') throw new Error('the sample was not seen');
  return sight;
}

table<Deletable>(
  'what holds a deletion',
  deletable,
  [holdsDeletion],
  [
    {
      rule: holdAfterRefusal,
      it: 'a try that was refused a moment ago',
      facts: { facts: { ...facts, refused: { blocked, resting: true } } },
      says: 'refuse TopicRejected: no',
    },
    {
      rule: holdWhileUsed,
      it: 'a group that reads the topic',
      facts: { facts: { ...facts, readers: { reading: ['billing'], unsettled: [], unreadable: [] } } },
      says: 'wait DeletionProtected: topic "orders" is in use: read by group "billing"; stop its members, or list it in deletionProtection.ignoreGroups',
    },
    {
      rule: holdWhileUsersUnseen,
      it: 'somebody of whom nobody can tell whether it means this topic',
      facts: { facts: { ...facts, unseenUsers: true } },
      says: 'wait DeletionProtected: topic "orders" may be in use: a resource names it through an EventCluster that is not ready, so that nobody can tell whether it is this topic; see the EventClusters, or annotate this resource sluice.dev/allow-delete=id-1',
    },
    {
      rule: holdUnconfirmed,
      it: 'a deletion that was asked for long ago',
      facts: { facts: { ...facts, askedLongAgo: true } },
      says: 'refuse DeletionUnconfirmed: the deletion of topic "orders" was asked for long ago: it was held until now, or it comes from a restored backup; to delete the topic, annotate this resource sluice.dev/allow-delete=id-1',
    },
    {
      rule: holdByBrake,
      it: 'as many deletions in this hour as are let through',
      facts: { facts: { ...facts, brakeMs: 60_000 } },
      says: 'wait DeletionLimitReached: EventCluster "default" lets through 100 deletions of topics an hour, and as many were made; this one is made as soon as there is room, or when spec.maxDeletionsPerHour of the EventCluster is raised',
    },
  ],
);

describe('what keeps the topic of a resource that is deleted', () => {
  const rows: { it: string; spec?: Partial<EventTopicSpec>; cluster?: Partial<EventClusterSpec>; why: string }[] = [
    { it: 'its policy', spec: { deletionPolicy: 'Retain' }, why: 'its deletionPolicy is Retain' },
    { it: 'a pause', spec: { paused: true }, why: 'the resource is paused' },
    { it: 'mode Plan', spec: { mode: 'Plan' }, why: 'the resource is in mode Plan' },
    { it: 'ReadOnly mode', cluster: { mode: 'ReadOnly' }, why: 'EventCluster "default" is in ReadOnly mode' },
    {
      it: 'a name that is granted no more',
      cluster: granting({ topics: ['paid'], deletionPolicies: ['Delete'] }),
      why: 'EventCluster "default" does not grant the topic to this namespace any more',
    },
    {
      it: 'a policy that is granted no more',
      cluster: granting({ deletionPolicies: ['Retain'] }),
      why: 'EventCluster "default" does not grant deletionPolicy Delete to this namespace any more',
    },
  ];

  it('has a row for each rule', () => expect(rows).toHaveLength(keepsTopic.length));

  it.each(rows)('$it', ({ spec = {}, cluster = {}, why }) => {
    const resource = topicResource({ deletionPolicy: 'Delete', ...spec });
    expect(keepBecause(resource, useOf(clusterOf(cluster)))).toBe(why);
  });

  it.each([undefined, useOf()])('is nothing where it is to be deleted', (access) => {
    expect(keepBecause(topicResource({ deletionPolicy: 'Delete' }), access)).toBeUndefined();
  });
});
