import { describe, expect, it } from 'vitest';
import {
  consumersOf,
  hasUnseenUsers,
  heirOf,
  mayHaveHeir,
  type Neighbourhood,
} from '../../../../../src/controllers/event-topic/look/neighbours.ts';
import type { EventCluster } from '../../../../../src/crds/event-cluster.ts';
import type { EventTopic } from '../../../../../src/crds/event-topic.ts';
import type { Claim } from '../../../../../src/ports/journal.ts';
import { accessRule, clusterOf, consumerResource, topicResource, useOf } from '../../samples.ts';
import { kafkaId, topicWorld } from '../world.ts';

const granted = { access: [accessRule({ namespaces: ['shop', 'market'] })] };
const deletionTimestamp = '2026-01-02T00:00:00Z';
const changed = {
  type: 'Ready',
  status: 'False',
  reason: 'ClusterIdChanged',
  message: 'x',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const;

function clusterNamed(name: string, status: NonNullable<EventCluster['status']>, clusterId?: string): EventCluster {
  const kafka = { ...clusterOf().spec.kafka, ...(clusterId !== undefined && { clusterId }) };
  return clusterOf({ ...granted, kafka }, { metadata: { ...clusterOf().metadata, name }, status });
}

/** EventClusters that nobody can use now, by what is known of their Kafka clusters. */
const unusable = [
  clusterNamed('unknown', {}),
  clusterNamed('same', { clusterId: kafkaId, conditions: [changed] }),
  clusterNamed('seen-elsewhere', { clusterId: 'kafka-2', conditions: [changed] }),
  clusterNamed('named-elsewhere', { clusterId: kafkaId, conditions: [changed] }, 'kafka-2'),
];

describe('somebody who names the topic and is not seen', () => {
  const through = (name: string, metadata: Partial<EventTopic['metadata']> = {}): EventTopic =>
    topicResource({ clusterRef: { name } }, {}, { namespace: 'market', uid: 'other-uid', ...metadata });
  const pinnedTo = (cluster: string) => topicResource({}, { cluster }, { namespace: 'market', uid: 'other-uid' });
  const rows: { it: string; other: EventTopic; unseen: boolean }[] = [
    { it: 'is there while its Kafka cluster is unknown', other: through('unknown'), unseen: true },
    { it: 'is there while its Kafka cluster may still be this one', other: through('same'), unseen: true },
    { it: 'is there by the choice of before', other: pinnedTo('unknown'), unseen: true },
    { it: 'is not there in another Kafka cluster', other: through('seen-elsewhere'), unseen: false },
    { it: 'is not there in another one that the spec names', other: through('named-elsewhere'), unseen: false },
    { it: 'is not there in another one, by the choice of before', other: pinnedTo('seen-elsewhere'), unseen: false },
    { it: 'is not there through an EventCluster that is gone', other: through('gone'), unseen: false },
    { it: 'is not one who is seen', other: through('default'), unseen: false },
    { it: 'is not one who is being deleted', other: through('unknown', { deletionTimestamp }), unseen: false },
    { it: 'is not the resource itself', other: through('unknown', { uid: 'topic-uid' }), unseen: false },
  ];

  it.each(rows)('$it', ({ other, unseen }) => {
    const around = topicWorld([other], unusable);
    around.clusters.edit('default', { spec: granted });
    expect(hasUnseenUsers(around, topicResource(), useOf())).toBe(unseen);
  });

  it.each([
    { it: 'is there as a consumer, too', metadata: {}, unseen: true },
    { it: 'is no consumer that is being deleted', metadata: { deletionTimestamp }, unseen: false },
  ])('$it', ({ metadata, unseen }) => {
    const around = topicWorld([topicResource()], unusable);
    around.consumers.create(consumerResource({ clusterRef: { name: 'unknown' } }, metadata));
    expect(hasUnseenUsers(around, topicResource(), useOf())).toBe(unseen);
  });
});

it('names consumers of the own namespace, and says of others no more than that there are some', () => {
  const around = topicWorld([topicResource()]);
  around.clusters.edit('default', { spec: granted });
  around.consumers.create(consumerResource());
  expect(consumersOf(around, topicResource(), useOf())).toEqual({ here: ['payment'], elsewhere: false });
  around.consumers.create(consumerResource({}, { name: 'audit', namespace: 'market', uid: 'audit-uid' }));
  around.consumers.create(consumerResource({}, { name: 'leaving', uid: 'leaving-uid', deletionTimestamp }));
  expect(consumersOf(around, topicResource(), useOf())).toEqual({ here: ['payment'], elsewhere: true });
});

describe('the heir of a topic', () => {
  const recorded = { clusterId: kafkaId, topicId: 'id-1' };
  const younger = { name: 'younger', uid: 'younger-uid', creationTimestamp: '2026-01-01T00:00:09Z' };
  const heir = topicResource({ topicName: 'orders' }, {}, younger);
  const around = (topics: readonly EventTopic[], claim?: Omit<Claim, 'at'>): Neighbourhood => {
    const all = topicWorld(topics, [clusterNamed('moved', { clusterId: 'kafka-9' })]);
    if (claim) all.journal.claims.set(`${kafkaId}/orders`, { at: 'then', ...claim });
    return all;
  };

  it('is who comes next, and gets the very topic that the owner had', () => {
    const owner = topicResource({}, recorded);
    expect(heirOf(around([owner, heir]), owner)).toMatchObject({ heir: { uid: 'younger-uid' }, topicId: 'id-1' });
  });

  it('gets the topic that the owner was about to take, not the one that its status holds still', () => {
    const owner = topicResource({}, recorded);
    const claim = { uid: 'topic-uid', replaces: 'id-1', id: 'id-2' };
    expect(heirOf(around([owner, heir], claim), owner)).toMatchObject({ topicId: 'id-2' });
  });

  it('gets one that was never seen by its name', () => {
    const owner = topicResource();
    const claim = { uid: 'topic-uid', creates: true };
    expect(heirOf(around([owner, heir], claim), owner)).toMatchObject({ topicId: undefined });
  });

  const leavesNothing: { it: string; leaving: EventTopic; other: EventTopic }[] = [
    { it: 'who never owned it', leaving: heir, other: topicResource({}, recorded) },
    { it: 'whose only neighbour is going as well', leaving: topicResource({}, recorded), other: deleted(heir) },
    {
      it: 'whose only neighbour means another Kafka cluster',
      leaving: topicResource({}, recorded),
      other: topicResource({ topicName: 'orders', clusterRef: { name: 'moved' } }, {}, younger),
    },
    {
      it: 'who has moved to another Kafka cluster since',
      leaving: topicResource({ clusterRef: { name: 'moved' } }, recorded, { namespace: 'market' }),
      other: heir,
    },
  ];

  it.each(leavesNothing)('is nobody for one $it', ({ leaving, other }) => {
    expect(heirOf(around([leaving, other]), leaving)).toBeUndefined();
    expect(mayHaveHeir(around([leaving, other]), leaving)).toBe(false);
  });

  function deleted(resource: EventTopic): EventTopic {
    return { ...resource, metadata: { ...resource.metadata, deletionTimestamp } };
  }
});
