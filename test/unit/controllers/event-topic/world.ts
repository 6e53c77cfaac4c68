import {
  consumedTopicIndex,
  eventTopicBehaviour,
  topicIndex,
} from '../../../../src/controllers/event-topic/behaviour.ts';
import { releaseSettledClaims } from '../../../../src/controllers/event-topic/claims.ts';
import { topicNameOf } from '../../../../src/controllers/event-topic/plan.ts';
import { reasonOfRejection } from '../../../../src/controllers/event-topic/rejection.ts';
import type { EventCluster } from '../../../../src/crds/event-cluster.ts';
import type { EventConsumer } from '../../../../src/crds/event-consumer.ts';
import type { EventTopic } from '../../../../src/crds/event-topic.ts';
import type { KubeObject } from '../../../../src/ports/kube.ts';
import { FakeJournal } from '../../../fakes/fake-journal.ts';
import { connectionsTo, FakeKafka } from '../../../fakes/fake-kafka.ts';
import { FakeStore } from '../../../fakes/fake-store.ts';
import { createRounds } from '../rounds.ts';
import { clusterOf } from '../samples.ts';

/** The id of the one Kafka cluster that answers. */
export const kafkaId = 'kafka-1';

/** All that rounds of EventTopics touch. The EventCluster "default" is the one of resources that name none. */
export function topicWorld(resources: readonly EventTopic[], others: readonly EventCluster[] = []) {
  const kafka = new FakeKafka();
  kafka.clusterId = kafkaId;
  const journal = new FakeJournal();
  const topics = new FakeStore<EventTopic>(resources, {
    indexes: { [topicIndex]: (topic) => [topicNameOf(topic)] },
  });
  const clusters = new FakeStore<EventCluster>([clusterOf(), ...others]);
  clusters.edit('default', { metadata: { annotations: { 'sluice.dev/is-default-cluster': 'true' } } });
  const consumers = new FakeStore<EventConsumer>([], {
    indexes: { [consumedTopicIndex]: ({ spec }) => spec.topics },
  });
  const namespaces = new FakeStore<KubeObject>();
  const caches = { topics, clusters, consumers, namespaces };
  const behaviour = eventTopicBehaviour({ ...caches, kafka: connectionsTo(kafka), journal });
  releaseSettledClaims(topics, journal);
  const rounds = createRounds({
    ...{ store: topics, behaviour, key: 'shop/orders' },
    rejected: { kafka: reasonOfRejection },
    outside: [kafka, journal],
  });
  return { kafka, journal, ...caches, ...rounds };
}
