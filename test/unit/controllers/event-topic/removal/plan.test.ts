import { describe, expect, it } from 'vitest';
import type { ClusterUse } from '../../../../../src/controllers/cluster-use.ts';
import type {
  ObservedRemoval,
  Patience,
  RemovalFacts,
  RemovalSight,
} from '../../../../../src/controllers/event-topic/observed.ts';
import { planTopicRemoval } from '../../../../../src/controllers/event-topic/removal/plan.ts';
import type { EventTopic, EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import type { Blocked } from '../../../../../src/runtime/kind.ts';
import { accessRule, clusterOf, liveTopic, seenRemoval, topicResource, useOf } from '../../samples.ts';

const deleted = (spec: Partial<EventTopicSpec> = {}, annotations: Record<string, string> = {}): EventTopic =>
  topicResource(
    { deletionPolicy: 'Delete', ...spec },
    { topicId: 'id-1' },
    { deletionTimestamp: '2026-01-02T00:00:00Z', annotations },
  );
const heir = { namespace: 'shop', name: 'heir', uid: 'u2', creationTimestamp: '2026-01-01T00:00:00Z', recorded: false };
const waiting: Blocked = { kind: 'wait', reason: 'ClusterNotReady', message: 'not reached yet', lookAgainMs: 60_000 };

function unseen(sight: RemovalSight, patience: Partial<Patience> = {}): ObservedRemoval {
  return { sight, patience: { namespaceTerminating: false, leftMs: undefined, ...patience } };
}

describe('a removal keeps the topic and lets the resource go when', () => {
  const claim = { uid: 'u2', at: '2026-01-01T00:00:00Z' };
  const idChanged: Blocked = { kind: 'refuse', reason: 'ClusterIdChanged', message: 'another' };
  const rows: { it: string; observed: ObservedRemoval; resource?: EventTopic; says: string }[] = [
    {
      it: 'the cluster answers with another id',
      observed: seenRemoval({ liveClusterId: 'k2' }),
      says: 'another Kafka',
    },
    {
      it: 'the EventCluster is known to reach another cluster',
      observed: unseen({ kind: 'noCluster', gone: false, blocked: idChanged }),
      says: 'another Kafka',
    },
    {
      it: 'the topic has another id',
      observed: seenRemoval({ topic: liveTopic({ id: 'id-2' }) }),
      says: 'not the one',
    },
    {
      it: 'the topic never was ours',
      observed: seenRemoval(),
      resource: { ...deleted(), status: {} },
      says: 'not the one',
    },
    {
      it: 'the heir holds the claim',
      observed: seenRemoval({ otherOwner: heir, claim }),
      says: 'handed over to "heir"',
    },
    { it: 'nothing need be asked', observed: unseen({ kind: 'kept', why: 'it is paused' }), says: 'it is paused' },
    {
      it: 'the EventCluster is gone',
      observed: unseen({ kind: 'noCluster', gone: true, blocked: waiting }),
      says: 'does not exist any more',
    },
    {
      it: 'it holds records and only an empty topic may go',
      observed: seenRemoval({ facts: { records: 'some' } }),
      says: 'it holds records',
    },
    {
      it: 'nobody knows whether it is empty and only an empty topic may go',
      observed: seenRemoval({ facts: { records: 'unknown' } }),
      says: 'whether it holds records is not known',
    },
  ];

  it.each(rows)('$it', ({ observed, resource = deleted(), says }) => {
    const plan = planTopicRemoval(resource, observed);
    expect(plan).toMatchObject({ actions: [], blocked: [], farewell: { reason: 'Released' } });
    expect(plan.farewell?.message).toContain('kept topic "orders": ');
    expect(plan.farewell?.message).toContain(says);
  });
});

describe('a removal', () => {
  it('deletes its own topic by id', () => {
    expect(planTopicRemoval(deleted(), seenRemoval()).actions).toEqual([
      expect.objectContaining({ kind: 'delete', id: 'id-1', name: 'orders' }),
    ]);
  });

  it('deletes an empty topic when only an empty one may go', () => {
    const resource = deleted({ deletionPolicy: 'DeleteIfEmpty' });
    const { actions } = planTopicRemoval(resource, seenRemoval({ facts: { records: 'none' } }));
    expect(actions).toEqual([expect.objectContaining({ kind: 'delete' })]);
  });

  it('is finished once the topic is gone', () => {
    expect(planTopicRemoval(deleted(), seenRemoval({ topic: undefined }))).toEqual({ actions: [], blocked: [] });
  });

  it('gives its claim to the next resource that wants the topic', () => {
    expect(planTopicRemoval(deleted(), seenRemoval({ otherOwner: heir })).actions).toEqual([
      expect.objectContaining({ kind: 'handOver', heirUid: 'u2' }),
    ]);
  });
});

describe('a removal that is held', () => {
  const groups: Partial<RemovalFacts> = { readers: { reading: ['b', 'a'], unsettled: [], unreadable: [] } };
  const nobody = { reading: [], unsettled: [], unreadable: [] };
  const consumers: Partial<RemovalFacts> = { consumers: { here: ['payment'], elsewhere: true } };
  const holds: { it: string; sight: RemovalSight; reason: string; says: string }[] = [
    {
      it: 'groups read the topic',
      sight: sightOf(groups),
      reason: 'DeletionProtected',
      says: 'in use: read by groups "a", "b"; stop its members, or list it in deletionProtection.ignoreGroups; to keep',
    },
    {
      it: 'more groups read the topic than a message can name',
      sight: sightOf({ readers: { reading: ['f', 'e', 'd', 'c', 'b', 'a'], unsettled: [], unreadable: [] } }),
      reason: 'DeletionProtected',
      says: 'read by groups "a", "b", "c", "d", "e" and others; stop its members',
    },
    {
      it: 'groups that rebalance may read the topic',
      sight: sightOf({ readers: { reading: [], unsettled: ['c'], unreadable: [] } }),
      reason: 'DeletionProtected',
      says: 'perhaps read by group "c", which is known once a rebalance has ended; stop its members, or list it',
    },
    {
      it: 'a group that no broker can describe may read the topic',
      sight: sightOf({ readers: { ...nobody, unreadable: ['d'] } }),
      reason: 'DeletionProtected',
      says: 'in use: perhaps read by group "d", which no broker can describe; stop its members, or list it',
    },
    {
      it: 'a group reads the topic that is not granted to the namespace',
      sight: sightOf({ readers: { ...nobody, reading: ['bank.1'] } }, useGranting('shop.*')),
      reason: 'DeletionProtected',
      says: 'in use: read by a group that is not granted to this namespace; ask the owner of the EventCluster who reads it, or set deletionProtection.ignoreGroups to ["*"]; to keep',
    },
    {
      it: 'EventConsumers name the topic',
      sight: sightOf(consumers),
      reason: 'DeletionProtected',
      says: 'named by EventConsumer "payment" and an EventConsumer in another namespace; delete it, or annotate this resource sluice.dev/allow-delete=id-1; to keep',
    },
    {
      it: 'nobody can tell whether others use it',
      sight: sightOf({ unseenUsers: true }),
      reason: 'DeletionProtected',
      says: 'so that nobody can tell whether it is this topic; see the EventClusters, or annotate this resource sluice.dev/allow-delete=id-1; to keep',
    },
    {
      it: 'it was asked for long ago',
      sight: sightOf({ askedLongAgo: true }),
      reason: 'DeletionUnconfirmed',
      says: 'asked for long ago: it was held until now, or it comes from a restored backup; to delete the topic, annotate this resource sluice.dev/allow-delete=id-1; to keep',
    },
    {
      it: 'the EventCluster was never reached',
      sight: { kind: 'noCluster', gone: false, blocked: waiting },
      reason: 'ClusterNotReady',
      says: 'not reached yet; to keep the topic and let the resource go, set deletionPolicy to Retain',
    },
    {
      it: 'the brokers do not answer',
      sight: { kind: 'unanswered', blocked: { ...waiting, reason: 'KafkaUnavailable' } },
      reason: 'KafkaUnavailable',
      says: 'set deletionPolicy to Retain',
    },
  ];

  it.each(holds)('because $it says so and names the way out', ({ sight, reason, says }) => {
    const { actions, blocked } = planTopicRemoval(deleted(), unseen(sight));
    expect(actions).toEqual([]);
    expect(blocked).toEqual([expect.objectContaining({ reason, message: expect.stringContaining(says) })]);
  });

  it.each(holds)('because $it lets a namespace go that is being deleted', ({ sight }) => {
    const plan = planTopicRemoval(deleted(), unseen(sight, { namespaceTerminating: true }));
    expect(plan).toMatchObject({ actions: [], blocked: [], farewell: { reason: 'Released' } });
    expect(plan.farewell?.message).toContain('the namespace is being deleted');
  });

  it.each(holds)('because $it ends when deletionTimeoutSeconds has passed', ({ sight }) => {
    const plan = planTopicRemoval(deleted(), unseen(sight, { leftMs: 0 }));
    expect(plan).toMatchObject({ actions: [], blocked: [], farewell: { reason: 'Released' } });
    expect(plan.farewell?.message).toContain('deletionTimeoutSeconds has passed');
  });

  it.each(holds)('because $it is looked at again when deletionTimeoutSeconds passes', ({ sight }) => {
    const { blocked } = planTopicRemoval(deleted(), unseen(sight, { leftMs: 7 }));
    expect(blocked).toEqual([expect.objectContaining({ lookAgainMs: 7 })]);
  });

  it.each([
    { it: 'half a minute where readers may leave', facts: groups, lookAgainMs: 30_000 },
    { it: 'as long as the brake holds it', facts: { brakeMs: 90_000 }, lookAgainMs: 90_000 },
    { it: 'a second where the brake has just let go', facts: { brakeMs: 0 }, lookAgainMs: 1_000 },
  ])('is looked at again after $it', ({ facts, lookAgainMs }) => {
    expect(planTopicRemoval(deleted(), unseen(sightOf(facts))).blocked).toEqual([
      expect.objectContaining({ lookAgainMs }),
    ]);
  });

  it('because of groups names those alone that are granted to the namespace, and no count', () => {
    const readers = {
      reading: ['bank.1', 'shop.1'],
      unsettled: ['bank.2', 'bank.3'],
      unreadable: ['shop.2', 'bank.4'],
    };
    const sight = sightOf({ readers }, useGranting('shop.*'));
    const [held] = planTopicRemoval(deleted(), unseen(sight)).blocked;
    const hidden = 'a group that is not granted to this namespace';
    expect(held?.message).toContain(
      `in use: read by group "shop.1" and ${hidden}; perhaps read by ${hidden}, which is known once a rebalance has ended; perhaps read by group "shop.2" and ${hidden}, which no broker can describe; stop its members`,
    );
    expect(held?.message).not.toContain('bank');
  });

  it('because of groups that no rule grants names none', () => {
    const use = { ...useGranting('*'), rule: undefined };
    const sight: RemovalSight = sightOf({ readers: { ...nobody, reading: ['bank.1'] } }, use);
    expect(planTopicRemoval(deleted(), unseen(sight)).blocked).toEqual([
      expect.objectContaining({ message: expect.not.stringContaining('bank') }),
    ]);
  });

  const passes: { it: string; resource: EventTopic; facts: Partial<RemovalFacts>; held: boolean }[] = [
    { it: 'groups that are ignored', resource: ignoring('a', 'b*'), facts: groups, held: false },
    {
      it: 'any group, whatever is known of it',
      resource: ignoring('*'),
      facts: { readers: { reading: ['a'], unsettled: ['b'], unreadable: ['c'] } },
      held: false,
    },
    { it: 'only some of the groups that read', resource: ignoring('a'), facts: groups, held: true },
    { it: 'references, by the id of the topic', resource: allowing('id-1'), facts: consumers, held: false },
    { it: 'references, by the id of another topic', resource: allowing('id-2'), facts: consumers, held: true },
    {
      it: 'who may use it, by the id of the topic',
      resource: allowing('id-1'),
      facts: { unseenUsers: true },
      held: false,
    },
    { it: 'references, but not groups that read', resource: allowing('id-1'), facts: groups, held: true },
  ];

  it.each(passes)('is told to disregard $it: held $held', ({ resource, facts, held }) => {
    const { actions, blocked } = planTopicRemoval(resource, unseen(sightOf(facts)));
    expect(blocked.length === 1 && actions.length === 0).toBe(held);
  });
});

function sightOf(facts: Partial<RemovalFacts>, use = useOf()): RemovalSight {
  return seenRemoval({ facts, use }).sight;
}

/** For a namespace that is granted these groups. */
function useGranting(...groups: string[]): ClusterUse {
  return useOf(clusterOf({ access: [accessRule({ namespaces: ['shop'], deletionPolicies: ['Delete'], groups })] }));
}

function ignoring(...ignoreGroups: string[]): EventTopic {
  return deleted({ deletionProtection: { ignoreGroups } });
}

function allowing(id: string): EventTopic {
  return deleted({}, { 'sluice.dev/allow-delete': id });
}
