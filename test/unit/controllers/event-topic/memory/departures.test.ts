import { describe, expect, it } from 'vitest';
import { releaseOrphanedClaims } from '../../../../../src/controllers/event-topic/memory/claims.ts';
import { Departures } from '../../../../../src/controllers/event-topic/memory/departures.ts';
import type { EventTopic, EventTopicSpec } from '../../../../../src/crds/event-topic.ts';
import { FakeClock } from '../../../../fakes/fake-clock.ts';
import { FakeJournal } from '../../../../fakes/fake-journal.ts';
import { FakeStore } from '../../../../fakes/fake-store.ts';
import { accessRule, topicResource } from '../../samples.ts';
import { topicWorld } from '../world.ts';

const key = 'shop/orders';
const minuteMs = 60_000;

type World = ReturnType<typeof topicWorld>;

/** A resource that adopts nothing manages its topic; then it is deleted. */
async function left(spec: Partial<EventTopicSpec> = {}): Promise<World & { topicId: string | undefined }> {
  const config = { 'retention.ms': 5, 'segment.ms': 7 };
  const world = topicWorld([topicResource({ adoptionPolicy: 'Never', config, ...spec })]);
  await world.settle();
  const { topicId } = world.topics.must(key).status ?? {};
  world.topics.delete(key);
  await world.settle();
  expect(world.topics.get(key)).toBeUndefined();
  return { ...world, topicId };
}

/** The same manifest with another setting, applied anew. */
function replacement(spec: Partial<EventTopicSpec> = {}, metadata: Partial<EventTopic['metadata']> = {}): EventTopic {
  const config = { 'retention.ms': 9 };
  return topicResource({ adoptionPolicy: 'Never', config, ...spec }, {}, { uid: 'u2', ...metadata });
}

describe('a resource that is replaced', () => {
  it('keeps its topic, and what left its spec returns to its default', async () => {
    const { kafka, topics, settle, ready, notes, topicId } = await left();
    topics.create(replacement());
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status).toMatchObject({ topicId, appliedConfig: { 'retention.ms': '9' } });
    expect(kafka.topics.get('orders')?.config).toEqual(new Map([['retention.ms', '9']]));
    expect(notes.map(({ reason }) => reason)).toEqual(['Created', 'ConfigChanged']);
  });

  it('comes before older ones that only ask for its place', async () => {
    const { clusters, topics, settle, ready } = await left();
    const access = [accessRule({ namespaces: ['shop'], maxTopicsPerNamespace: 1 })];
    clusters.edit('default', { spec: { access } });
    topics.create(topicResource({}, {}, { name: 'waiting', uid: 'u0', creationTimestamp: '2020-01-01T00:00:00Z' }));
    topics.create(replacement());
    await settle();
    await settle('shop/waiting');
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(ready('shop/waiting')).toMatchObject({ reason: 'QuotaExceeded' });
  });

  it('keeps its topic over a restart in between', async () => {
    const { topics, settle, ready, restart, keepDepartures, topicId } = await left();
    await keepDepartures();
    restart();
    topics.create(replacement());
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status).toMatchObject({ topicId });
  });

  it('gets a new topic when the old one went with it', async () => {
    const { kafka, topics, settle, ready, topicId } = await left({ deletionPolicy: 'Delete' });
    expect(kafka.topics.has('orders')).toBe(false);
    topics.create(replacement({ deletionPolicy: 'Delete' }));
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(kafka.topics.get('orders')?.id).not.toBe(topicId);
  });

  it('keeps a topic that was to be deleted and was kept', async () => {
    const { topics, settle, ready } = topicWorld([topicResource({ deletionPolicy: 'Delete' })]);
    await settle();
    const { topicId } = topics.must(key).status ?? {};
    topics.edit(key, { spec: { mode: 'Plan' } });
    topics.delete(key);
    await settle();
    topics.create(replacement({ deletionPolicy: 'Delete' }));
    await settle();
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(topics.must(key).status).toMatchObject({ topicId });
  });

  it('deletes nothing that it has not managed yet', async () => {
    const { kafka, topics, settle } = await left();
    topics.create(replacement({ deletionPolicy: 'Delete' }, { finalizers: ['sluice.dev/finalizer'] }));
    topics.delete(key);
    await settle();
    expect(topics.get(key)).toBeUndefined();
    expect(kafka.topics.has('orders')).toBe(true);
  });
});

describe('what a resource left behind is not for', () => {
  const cases: { it: string; next?: EventTopic; before?: (world: World) => unknown; reason?: string }[] = [
    { it: 'a resource of another name', next: replacement({ topicName: 'orders' }, { name: 'other' }) },
    { it: 'a resource of another namespace', next: replacement({}, { namespace: 'market' }), reason: 'NotGranted' },
    {
      it: 'a topic that somebody created in its place',
      before: ({ kafka }) => [kafka.topics.delete('orders'), kafka.putTopic('orders')],
    },
    { it: 'a resource that comes much later', before: ({ clock }) => clock.jump(10 * minuteMs) },
    {
      it: 'another Kafka cluster',
      before: ({ kafka, clusters }) => {
        kafka.clusterId = 'kafka-2';
        clusters.edit('default', { spec: { kafka: { clusterId: 'kafka-2' } } });
      },
    },
    {
      it: 'a topic that has another owner by now',
      before: async ({ topics, settle }) => {
        topics.create(topicResource({ topicName: 'orders' }, {}, { name: 'heir', uid: 'u3' }));
        await settle('shop/heir');
      },
      reason: 'OwnedByOther',
    },
    {
      it: 'a namespace whose places others have taken by now',
      before: async ({ topics, clusters, settle }) => {
        const access = [accessRule({ namespaces: ['shop'], maxTopicsPerNamespace: 1 })];
        clusters.edit('default', { spec: { access } });
        const creationTimestamp = '2020-01-01T00:00:00Z';
        topics.create(topicResource({}, {}, { name: 'waiting', uid: 'u4', creationTimestamp }));
        await settle('shop/waiting');
      },
      reason: 'QuotaExceeded',
    },
  ];
  it.each(cases)('$it', async ({ next = replacement(), before, reason = 'AdoptionRefused' }) => {
    const world = await left();
    await before?.(world);
    const { namespace, name } = next.metadata;
    world.topics.create(next);
    await world.settle(`${namespace}/${name}`);
    expect(world.ready(`${namespace}/${name}`)).toMatchObject({ status: 'False', reason });
  });
});

describe('the record of departures', () => {
  function parts() {
    const journal = new FakeJournal();
    const clock = new FakeClock();
    const topics = new FakeStore<EventTopic>();
    const departures = new Departures({ journal, clock });
    departures.follow(topics);
    const pass = (name: string, appliedConfig: Record<string, string> = {}) => {
      const status = { topicId: `id-${name}`, clusterId: 'kafka-1', appliedConfig };
      topics.create(topicResource({}, status, { name, uid: `uid-${name}` }));
      topics.delete(`shop/${name}`);
    };
    const find = (name: string) => departures.find(topicResource({}, {}, { name }), 'kafka-1');
    /** What the next leader would know. */
    const handed = (name: string) => {
      const next = new Departures({ journal, clock });
      next.recall();
      return next.find(topicResource({}, {}, { name }), 'kafka-1');
    };
    return { journal, clock, topics, departures, pass, find, handed };
  }

  it('is one small write for a burst, of the newest, and holds none of them back', async () => {
    const { journal, departures, pass, find, handed } = parts();
    for (let index = 0; index < 10_000; index += 1) pass(`t${index}`, { 'retention.ms': '604800000' });
    await departures.store();
    await departures.store();
    expect(journal.writes).toBe(1);
    expect(JSON.stringify([...journal.departures]).length).toBeLessThan(100_000);
    expect(find('t0')).toMatchObject({ topicId: 'id-t0' });
    expect(handed('t0')).toBeUndefined();
    expect(handed('t9999')).toMatchObject({ topicId: 'id-t9999' });
  });

  it('leaves out one that is very large, which only a restart forgets', async () => {
    const { departures, pass, find, handed } = parts();
    pass('small');
    pass('large', { 'leader.replication.throttled.replicas': '0:1,'.repeat(2_000) });
    await departures.store();
    expect(find('large')).toBeDefined();
    expect(handed('large')).toBeUndefined();
    expect(handed('small')).toBeDefined();
  });

  it('goes when its time is over, and when all have come back', async () => {
    const { journal, clock, topics, departures, pass } = parts();
    pass('orders');
    await departures.store();
    expect(journal.departures.size).toBe(1);
    clock.jump(10 * minuteMs);
    await departures.store();
    expect(journal.departures.size).toBe(0);

    pass('orders');
    await departures.store();
    topics.create(topicResource({}, { topicId: 'id-orders', clusterId: 'kafka-1' }));
    await departures.store();
    expect(journal.departures.size).toBe(0);
  });

  it('is nobody’s claim that could be orphaned', async () => {
    const { journal, clock, departures, pass } = parts();
    pass('orders');
    await departures.store();
    releaseOrphanedClaims(new FakeStore<EventTopic>(), journal, new Date(clock.now().getTime() + 5 * minuteMs));
    expect(journal.departures.size).toBe(1);
  });

  it('notes nobody who never had a topic', async () => {
    const { journal, topics, departures } = parts();
    topics.create(topicResource());
    topics.delete(key);
    await departures.store();
    expect(journal.departures.size).toBe(0);
  });

  it.each(['{}', '[]', '[["a"]]', '[["a", {"topicId": 1, "appliedConfig": {}, "atMs": 0}]]', 'null'])(
    'tells nothing where it is damaged: %s',
    (stored) => {
      const { journal, handed } = parts();
      journal.departures.set('departures', JSON.parse(stored));
      expect(handed('orders')).toBeUndefined();
    },
  );

  it('is written while somebody leads, and read by who leads next', async () => {
    const { journal, clock, departures, pass } = parts();
    const term = new AbortController();
    const running = departures.run(term.signal);
    pass('orders');
    await clock.advance(2_000);
    expect(journal.departures.size).toBe(1);
    term.abort();
    await running;
    pass('others');
    await clock.advance(10_000);
    expect(journal.writes).toBe(1);
    const next = new Departures({ journal, clock });
    const nextTerm = new AbortController();
    const leading = next.run(nextTerm.signal);
    expect(next.find(topicResource(), 'kafka-1')).toMatchObject({ topicId: 'id-orders' });
    nextTerm.abort();
    await leading;
  });
});
