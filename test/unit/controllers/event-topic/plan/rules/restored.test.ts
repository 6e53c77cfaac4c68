import { describe, expect, it } from 'vitest';
import type { SeenTopic } from '../../../../../../src/controllers/event-topic/observed.ts';
import { planTopic } from '../../../../../../src/controllers/event-topic/plan/plan.ts';
import type { EventTopic, EventTopicSpec, EventTopicStatus } from '../../../../../../src/crds/event-topic.ts';
import { clusterOf, seenTopic, topicResource } from '../../../samples.ts';
import { topicWorld } from '../../world.ts';

type World = ReturnType<typeof topicWorld>;

const key = 'shop/orders';
const finalizers = ['sluice.dev/finalizer'];
/** What the operator wrote for the resource that was copied. */
const copied = { finalizers, annotations: { 'sluice.dev/guarded-uid': 'uid-before' } };

interface Row {
  it: string;
  metadata?: Partial<EventTopic['metadata']>;
  spec?: Partial<EventTopicSpec>;
  status?: Partial<EventTopicStatus>;
  seen?: Partial<SeenTopic>;
  /** The kinds of its actions; absent: nothing is done until it is confirmed. */
  does?: readonly string[];
  /** Another reason. */
  refused?: string;
}

const absent = { topic: undefined };
const confirmed = (uid: string) => ({
  ...copied,
  annotations: { ...copied.annotations, 'sluice.dev/confirm-restored': uid },
});

describe('a copy of a resource that came without its status', () => {
  const rows: Row[] = [
    { it: 'creates no topic', metadata: copied, seen: absent },
    { it: 'adopts no topic, not even one that matches', metadata: copied },
    { it: 'adopts no topic under Take', metadata: copied, spec: { adoptionPolicy: 'Take' } },
    { it: 'is known without its finalizer', metadata: { annotations: copied.annotations }, seen: absent },
    { it: 'is known by a finalizer that an older version wrote', metadata: { finalizers }, seen: absent },
    { it: 'is known by Velero’s labels', metadata: { labels: { 'velero.io/restore-name': 'r' } }, seen: absent },
    {
      it: 'is known by Velero’s labels although the finalizer is its own',
      metadata: {
        finalizers,
        labels: { 'velero.io/backup-name': 'b' },
        annotations: { 'sluice.dev/guarded-uid': 'topic-uid' },
      },
      seen: absent,
    },
    {
      it: 'has lost what its status knew, even if it was looked at since',
      metadata: copied,
      status: { observedGeneration: 1 },
    },
    {
      it: 'is known after its signs were taken away',
      seen: absent,
      status: { conditions: [unconfirmed()] },
    },
    {
      it: 'goes by the rules for existing topics once it names the one that is live',
      metadata: copied,
      spec: { acceptTopicId: 'id-1' },
      does: ['adopt'],
    },
    {
      it: 'gets no topic that differs by naming its id',
      metadata: copied,
      spec: { acceptTopicId: 'id-1', partitions: 9 },
      does: [],
      refused: 'AdoptionMismatch',
    },
    { it: 'does not take a topic for another one that it names', metadata: copied, spec: { acceptTopicId: 'id-0' } },
    { it: 'does not create the topic that it names', metadata: copied, spec: { acceptTopicId: 'id-1' }, seen: absent },
    { it: 'creates a topic once it is confirmed', metadata: confirmed('topic-uid'), seen: absent, does: ['create'] },
    { it: 'is not confirmed by what was said of another copy', metadata: confirmed('uid-before'), seen: absent },
    {
      it: 'leaves a topic to its owner',
      metadata: copied,
      seen: { otherOwner: owner() },
      does: [],
      refused: 'OwnedByOther',
    },
  ];
  it.each(rows)('$it', check);
});

describe('no copy is', () => {
  const own = { finalizers, annotations: { 'sluice.dev/guarded-uid': 'topic-uid' } };
  const rows: Row[] = [
    { it: 'a new resource', seen: absent, does: ['create'] },
    { it: 'a resource whose finalizer is its own, after a crash', metadata: own, seen: absent, does: ['create'] },
    { it: 'one that came with its status', metadata: copied, status: { topicId: 'id-1' }, does: [] },
    {
      it: 'one that came with its status, and whose topic is lost',
      metadata: copied,
      status: { topicId: 'id-1' },
      seen: absent,
      does: [],
      refused: 'TopicDeletedOutOfBand',
    },
    {
      it: 'one that has begun to create its topic',
      metadata: copied,
      seen: { ...absent, claim: claimed() },
      does: ['create'],
    },
    {
      it: 'one that replaces a resource which had the topic a moment ago',
      metadata: copied,
      seen: { left: { topicId: 'id-1', appliedConfig: {}, atMs: 0 } },
      does: [],
    },
  ];
  it.each(rows)('$it', check);
});

function check({ metadata = {}, spec = {}, status = {}, seen = {}, does, refused }: Row): void {
  const resource = topicResource({ deletionPolicy: 'Delete', ...spec }, status, metadata);
  const { actions, blocked } = planTopic(resource, seenTopic(seen), new Date('2026-01-01T00:00:00Z'));
  const expected = does === undefined ? 'RestoreUnconfirmed' : refused;
  expect(actions.map(({ kind }) => kind)).toEqual(does ?? []);
  expect(blocked.map(({ reason }) => reason)).toEqual(expected === undefined ? [] : [expected]);
}

function owner(): NonNullable<SeenTopic['otherOwner']> {
  return { namespace: 'shop', name: 'older', uid: 'u2', creationTimestamp: '2025-01-01T00:00:00Z', recorded: true };
}

function unconfirmed(): NonNullable<EventTopicStatus['conditions']>[number] {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return { type: 'RestoreUnconfirmed', status: 'True', reason: 'RestoreUnconfirmed', message: '', lastTransitionTime };
}

function claimed(): NonNullable<SeenTopic['claim']> {
  return { uid: 'topic-uid', at: '2026-01-01T00:00:00Z', creates: true };
}

describe('rounds of a restored resource', () => {
  const spec: Partial<EventTopicSpec> = { deletionPolicy: 'Delete', config: { 'retention.ms': 5 } };

  /** A backup is made, the resource deletes its topic, and comes back from the backup later, without its status. */
  async function restored() {
    const world = topicWorld([topicResource(spec)]);
    await world.settle();
    const { finalizers = [], annotations = {} } = world.topics.must(key).metadata;
    expect(annotations).toEqual({ 'sluice.dev/guarded-uid': 'topic-uid' });
    world.topics.delete(key);
    await world.settle();
    expect(world.topics.get(key)).toBeUndefined();
    let copies = 0;
    const restore = (from: Partial<EventTopic['metadata']> = { finalizers, annotations }) => {
      copies += 1;
      world.topics.create(topicResource(spec, {}, { ...from, uid: `copy-${copies}` }));
    };
    return { ...world, restore };
  }

  it('ask before they create the topic anew, and for each restore', async () => {
    const { kafka, topics, settle, ready, restore } = await restored();
    restore();
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(ready()).toMatchObject({ status: 'False', reason: 'RestoreUnconfirmed' });
    expect(ready()?.message).toContain('sluice.dev/confirm-restored=copy-1');
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/confirm-restored': 'copy-1' } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });

    const { annotations = {}, finalizers = [] } = topics.must(key).metadata;
    topics.delete(key);
    await settle();
    restore({ annotations, finalizers });
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(ready()).toMatchObject({ status: 'False', reason: 'RestoreUnconfirmed' });
  });

  it.each([
    { it: 'it is paused', edit: ({ topics }: World) => topics.edit(key, { spec: { paused: true } }) },
    {
      it: 'its EventCluster is gone',
      edit: ({ clusters }: World) => clusters.delete('default'),
    },
  ])('go on asking when the signs of a copy are taken away while $it', async ({ edit }) => {
    const world = await restored();
    const { kafka, topics, clusters, settle, ready, condition } = world;
    world.restore();
    await settle();
    edit(world);
    await settle();
    expect(ready()?.reason).not.toBe('RestoreUnconfirmed');
    topics.edit(key, { metadata: { annotations: null, finalizers: null }, spec: { paused: false } });
    if (clusters.get('default') === undefined) clusters.create(clusterOf());
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(ready()).toMatchObject({ status: 'False', reason: 'RestoreUnconfirmed' });
    topics.edit(key, { metadata: { annotations: { 'sluice.dev/confirm-restored': 'copy-1' } } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(condition('RestoreUnconfirmed')).toBeUndefined();
  });

  it('neither change nor delete what a stranger created meanwhile', async () => {
    const { kafka, topics, settle, ready, restore } = await restored();
    const { id } = kafka.putTopic('orders', { config: new Map([['retention.ms', '5']]) });
    restore();
    await settle();
    expect(ready()).toMatchObject({ status: 'False', reason: 'RestoreUnconfirmed' });
    expect(ready()?.message).toContain(`set spec.acceptTopicId to ${id}`);
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.get('orders')).toMatchObject({ id });

    restore();
    topics.edit(key, { spec: { acceptTopicId: id } });
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status).toMatchObject({ topicId: id });
  });
});
