import { describe, expect, it } from 'vitest';
import { eventTopicBehaviour, topicIndex } from '../../../../src/controllers/event-topic/behaviour.ts';
import { releaseSettledClaims } from '../../../../src/controllers/event-topic/claims.ts';
import { topicNameOf } from '../../../../src/controllers/event-topic/plan.ts';
import { finalizer } from '../../../../src/crds/common.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer } from '../../../../src/crds/event-consumer.ts';
import type { EventTopic, EventTopicSpec } from '../../../../src/crds/event-topic.ts';
import { Reason } from '../../../../src/crds/reasons.ts';
import { Fault } from '../../../../src/ports/fault.ts';
import type { EventNote, KubeObject } from '../../../../src/ports/kube.ts';
import { type RoundResult, runRound } from '../../../../src/runtime/round.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeJournal } from '../../../fakes/fake-journal.ts';
import { connectionsTo, FakeKafka } from '../../../fakes/fake-kafka.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { expectIdle } from '../../../helpers/expect-idle.ts';
import { expectValidStatus } from '../../../helpers/expect-valid-status.ts';
import { clusterOf, topicResource } from '../samples.ts';

const key = 'shop/orders';

/** Whole rounds of an EventTopic against fakes that keep the rules of the real parts. */
function world(spec: Partial<EventTopicSpec> = {}) {
  const kafka = new FakeKafka();
  const journal = new FakeJournal();
  const clock = new FakeClock();
  const notes: EventNote[] = [];
  const topics = new FakeStore<EventTopic>([topicResource(spec)], {
    indexes: { [topicIndex]: (topic) => [topicNameOf(topic)] },
  });
  const clusters = new FakeStore<EventCluster>([clusterOf({}, { status: { clusterId: kafka.clusterId } })]);
  clusters.edit('default', { metadata: { annotations: { 'sluice.dev/is-default-cluster': 'true' } } });
  const consumers = new FakeStore<EventConsumer>([], {
    indexes: { consumedTopic: ({ spec: { topics: names } }) => names },
  });
  const namespaces = new FakeStore<KubeObject>();
  const behaviour = eventTopicBehaviour({
    topics,
    clusters,
    consumers,
    namespaces,
    kafka: connectionsTo(kafka),
    journal,
  });
  releaseSettledClaims(topics, journal);
  const parts = {
    store: topics,
    behaviour,
    finalizer,
    failureReasons: { away: { kafka: Reason.KafkaUnavailable }, rejected: { kafka: Reason.TopicRejected } },
    eventTypeOf: () => undefined,
    events: { record: (_: KubeObject, note: EventNote) => void notes.push(note) },
    clock,
    recheckMs: 300_000,
    slowMs: 2_000,
  };
  const round = async (): Promise<RoundResult | undefined> => {
    const resource = topics.get(key);
    return resource && runRound(parts, resource, new AbortController().signal);
  };
  /** As the controller does: rounds until one has nothing to come back for soon. */
  const settle = async (): Promise<void> => {
    for (let rounds = 0; rounds < 6; rounds += 1) {
      const result = await round();
      const resource = topics.get(key);
      if (resource) expectValidStatus(resource);
      if (!result || result.outcome.kind === 'recheck' || result.outcome.kind === 'awaitChange') return;
    }
  };
  const ready = () => topics.must(key).status?.conditions?.find(({ type }) => type === 'Ready');
  return { kafka, journal, topics, clusters, notes, round, settle, ready };
}

const lost = new Fault('kafka', 'unavailable', 'no answer');

describe('rounds of an EventTopic', () => {
  it('create a topic with one status write, and are idle afterwards', async () => {
    const { kafka, journal, topics, settle, ready, round } = world({ partitions: 3 });
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(topics.writes.map(({ verb }) => verb)).toEqual(['patchStatus']);
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    expect(journal.claims.size).toBe(0);
    await expectIdle(round, kafka, topics, journal);
  });

  it('know their own topic again when the answer to its creation was lost', async () => {
    const { kafka, settle, ready, notes } = world({ partitions: 3 });
    kafka.loseAnswer(3, lost);
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True' });
    expect(notes.map(({ reason }) => reason)).not.toContain('Adopted');
  });

  it('leave a topic alone that a stranger created a moment before', async () => {
    const { kafka, journal, settle, ready } = world({ partitions: 3 });
    journal.beforeRecord = () => void kafka.putTopic('orders', { partitions: 9 });
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 9 });
    expect(ready()).toMatchObject({ status: 'False', reason: 'AdoptionMismatch' });
    expect(journal.claims.size).toBe(0);
  });

  it('delete their topic by id, and let the resource go', async () => {
    const { kafka, topics, settle, notes } = world({ deletionPolicy: 'Delete' });
    await settle();
    topics.delete(key);
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
    expect(notes.map(({ reason }) => reason)).toEqual(['Created', 'Deleted']);
  });

  it('keep the topic when the policy turns to Retain right before the deletion', async () => {
    const { kafka, topics, settle } = world({ deletionPolicy: 'Delete' });
    await settle();
    topics.delete(key);
    topics.edit(key, { spec: { deletionPolicy: 'Retain' } });
    await settle();
    expect(kafka.topics.has('orders')).toBe(true);
    expect(topics.get(key)).toBeUndefined();
  });

  it('keep what is in sync as it is while the brokers are away', async () => {
    const { kafka, topics, settle, round, ready } = world();
    await settle();
    kafka.goDown();
    await expectIdle(round, topics);
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('touch nothing in a cluster that answers with another id', async () => {
    const { kafka, settle, ready } = world();
    kafka.clusterId = 'another-cluster-id-000';
    await settle();
    expect(kafka.topics.size).toBe(0);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ClusterIdChanged' });
  });

  const calls = [1, 2, 3, 4, 5, 6, 7, 8];
  it.each(calls)('end in the same world when call %i to the brokers fails', async (call) => {
    const { kafka, topics, settle, ready } = world({ partitions: 3, deletionPolicy: 'Delete' });
    kafka.failCall(call, lost);
    await settle();
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    topics.delete(key);
    await settle();
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });

  it.each(calls)('end in the same world when the answer to call %i to the API server is lost', async (call) => {
    const { kafka, topics, settle, ready } = world({ partitions: 3, deletionPolicy: 'Delete' });
    topics.failCall(call, new Fault('kubernetes', 'unavailable', 'no answer'), { applied: true });
    await settle();
    await settle();
    expect(kafka.topics.get('orders')).toMatchObject({ partitions: 3 });
    expect(ready()).toMatchObject({ status: 'True', reason: 'InSync' });
    topics.delete(key);
    await settle();
    await settle();
    expect(kafka.topics.has('orders')).toBe(false);
    expect(topics.get(key)).toBeUndefined();
  });
});
