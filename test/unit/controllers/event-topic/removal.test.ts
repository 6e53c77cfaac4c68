import { describe, expect, it } from 'vitest';
import type { ObservedTopic, SeenTopic } from '../../../../src/controllers/event-topic/observed.ts';
import { planTopicRemoval } from '../../../../src/controllers/event-topic/removal.ts';
import { accessRule, clusterOf, liveTopic, seenTopic, topicResource, useOf } from '../samples.ts';

const nobody = { readingGroups: [], consumers: { here: [], elsewhere: false } };

const seen = (overrides: Partial<SeenTopic> = {}) => seenTopic({ removal: nobody, ...overrides });

const deleted = topicResource(
  { deletionPolicy: 'Delete' },
  { topicId: 'id-1' },
  { deletionTimestamp: '2026-01-02T00:00:00Z' },
);
const heir = { namespace: 'shop', name: 'heir', uid: 'u2', creationTimestamp: '2026-01-01T00:00:00Z', recorded: false };
const grantNothing = clusterOf({
  access: [accessRule({ namespaces: ['*'] })],
});

const kept: { it: string; observed: ObservedTopic; resource?: typeof deleted }[] = [
  { it: 'the cluster answers with another id', observed: seen({ liveClusterId: 'kafka-2' }) },
  { it: 'the topic has another id', observed: seen({ topic: liveTopic({ id: 'id-2' }) }) },
  { it: 'the topic never was ours', observed: seen(), resource: { ...deleted, status: {} } },
  {
    it: 'the heir holds the claim',
    observed: seen({ otherOwner: heir, claim: { uid: 'u2', at: '2026-01-01T00:00:00Z' } }),
  },
  { it: 'the cluster is ReadOnly', observed: seen({ use: useOf(clusterOf({ mode: 'ReadOnly' })) }) },
  { it: 'the grant to delete is gone', observed: seen({ use: useOf(grantNothing) }) },
  { it: 'the resource is paused', observed: seen(), resource: { ...deleted, spec: { ...deleted.spec, paused: true } } },
  {
    it: 'the EventCluster is gone',
    observed: { kind: 'noCluster', gone: true, blocked: { kind: 'wait', reason: 'x', message: 'x', lookAgainMs: 1 } },
  },
  {
    it: 'the namespace goes while the brokers are away',
    observed: { kind: 'namespaceTerminating', cause: 'no answer' },
  },
  {
    it: 'the namespace goes while somebody reads the topic',
    observed: seen({ namespaceTerminating: true, removal: { ...nobody, readingGroups: ['g'] } }),
  },
];

describe('the removal of an EventTopic with policy Delete', () => {
  it('deletes its own topic by id', () => {
    expect(planTopicRemoval(deleted, seen()).actions).toEqual([
      expect.objectContaining({ kind: 'delete', id: 'id-1', name: 'orders' }),
    ]);
  });

  it('is finished once the topic is gone', () => {
    expect(planTopicRemoval(deleted, seen({ topic: undefined }))).toEqual({ actions: [], blocked: [] });
  });

  it.each(kept)('keeps the topic and lets the resource go when $it', ({ observed, resource = deleted }) => {
    const plan = planTopicRemoval(resource, observed);
    expect(plan).toMatchObject({ actions: [], blocked: [], farewell: { reason: 'Released' } });
  });

  it('gives its claim to the next resource that wants the topic', () => {
    expect(planTopicRemoval(deleted, seen({ otherOwner: heir })).actions).toEqual([
      expect.objectContaining({ kind: 'handOver', heirUid: 'u2' }),
    ]);
  });

  it('holds while groups or consumers use the topic, and names them in order', () => {
    const removal = { readingGroups: ['b', 'a'], consumers: { here: ['payment'], elsewhere: true } };
    const [blocked] = planTopicRemoval(deleted, seen({ removal })).blocked;
    expect(blocked).toMatchObject({ kind: 'wait', reason: 'DeletionProtected' });
    expect(blocked?.message).toContain(
      'groups "a", "b" and EventConsumer "payment" and an EventConsumer in another namespace',
    );
  });

  it('holds while the EventCluster exists and has not answered yet', () => {
    const blocked = { kind: 'wait', reason: 'ClusterNotReady', message: 'x', lookAgainMs: 1 } as const;
    expect(planTopicRemoval(deleted, { kind: 'noCluster', gone: false, blocked }).blocked).toEqual([blocked]);
  });
});
