import { createPatterns } from '../../../../src/adapters/patterns.ts';
import { consumerIndexes } from '../../../../src/controllers/event-consumer/indexes.ts';
import { type EventTopicBehaviour, eventTopicBehaviour } from '../../../../src/controllers/event-topic/behaviour.ts';
import { topicIndexes } from '../../../../src/controllers/event-topic/indexes.ts';
import { claimBook, releaseSettledClaims } from '../../../../src/controllers/event-topic/memory/claims.ts';
import { Departures } from '../../../../src/controllers/event-topic/memory/departures.ts';
import { TopicTraffic } from '../../../../src/controllers/event-topic/memory/traffic.ts';
import { reasonOfRejection } from '../../../../src/controllers/event-topic/plan/rejection.ts';
import { createThrottleKeeper } from '../../../../src/controllers/event-topic/reassignment/keeper.ts';
import { Throttles } from '../../../../src/controllers/event-topic/reassignment/throttles.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer } from '../../../../src/crds/event-consumer.ts';
import type { EventTopic } from '../../../../src/crds/event-topic.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeJournal } from '../../../fakes/fake-journal.ts';
import { connectionsTo, FakeKafka } from '../../../fakes/fake-kafka.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { RecordedLog } from '../../../fakes/recorders.ts';
import { createRounds } from '../rounds.ts';
import { clusterOf } from '../samples.ts';

/** The id of the one Kafka cluster that answers. */
export const kafkaId = 'kafka-1';
export const confirmDeletionAfterMs = 3_600_000;

/** All that rounds of EventTopics touch. The EventCluster "default" is the one of resources that name none. */
export function topicWorld(resources: readonly EventTopic[], others: readonly EventCluster[] = []) {
  const kafka = new FakeKafka();
  kafka.clusterId = kafkaId;
  const journal = new FakeJournal();
  const topics = new FakeStore<EventTopic>(resources, { indexes: topicIndexes });
  const clusters = new FakeStore<EventCluster>([clusterOf(), ...others]);
  clusters.edit('default', { metadata: { annotations: { 'sluice.dev/is-default-cluster': 'true' } } });
  const consumers = new FakeStore<EventConsumer>([], { indexes: consumerIndexes });
  const namespaces = new FakeStore<KubeObject>();
  const claims = journal.open(claimBook);
  const caches = { topics, clusters, consumers, namespaces, claims };
  const clock = new FakeClock();
  const kafkas = connectionsTo(kafka);
  const compile = createPatterns();
  const start = () => {
    const throttles = new Throttles(journal);
    const departures = new Departures({ journal, clock });
    departures.recall();
    departures.follow(topics);
    const traffic = new TopicTraffic({ clock, knownAfterMs: 3_600_000, apartMs: 60_000, gapMs: 900_000 });
    const parts = { throttles, clusters, kafka: kafkas, clock, log: new RecordedLog(), everyMs: 5_000 };
    return {
      ...eventTopicBehaviour({
        ...caches,
        kafka: kafkas,
        journal,
        throttles,
        departures,
        compile,
        traffic,
        confirmDeletionAfterMs,
      }),
      keeper: createThrottleKeeper(parts),
      departures,
    };
  };
  let current = start();
  // As a proxy, so that rounds go on with whichever process is the current one.
  const behaviour: EventTopicBehaviour = {
    observe: (resource, round) => current.observe(resource, round),
    plan: (resource, observed, now) => current.plan(resource, observed, now),
    consult: (resource, plan, round) => current.consult(resource, plan, round),
    act: (action, round) => current.act(action, round),
    report: (resource, observed, plan) => current.report(resource, observed, plan),
    removal: {
      guards: (resource) => current.removal.guards(resource),
      observe: (resource, round) => current.removal.observe(resource, round),
      plan: (resource, sight) => current.removal.plan(resource, sight),
    },
    forget: (key) => current.forget?.(key),
  };
  releaseSettledClaims(topics, journal);
  const rounds = createRounds({
    store: topics,
    behaviour,
    clock,
    key: 'shop/orders',
    rejected: { kafka: reasonOfRejection },
    outside: [kafka, journal],
  });
  /** The process dies and another one takes over: what was only in memory is gone. */
  const restart = () => {
    current = start();
  };
  /** What the operator does beside the rounds. */
  const keepThrottles = () => current.keeper.look(new AbortController().signal);
  const keepDepartures = () => current.departures.store();
  return { kafka, journal, clock, restart, keepThrottles, keepDepartures, ...caches, ...rounds };
}
