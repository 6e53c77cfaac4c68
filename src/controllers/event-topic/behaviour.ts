import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import { Fault } from '../../ports/fault.ts';
import type { Journal } from '../../ports/journal.ts';
import type { KafkaConnections } from '../../ports/kafka.ts';
import type { KubeObject, ResourceCache, ResourceStore } from '../../ports/kube.ts';
import type { Behaviour, Round } from '../../runtime/kind.ts';
import { adminOf, type ClusterUse, questionOf, refuseUngranted, resolveCluster } from '../cluster-use.ts';
import { type Claimant, claimant, ownerOf } from '../ownership.ts';
import { actOnTopic } from './act.ts';
import type { ObservedTopic, RemovalFacts, SeenTopic } from './observed.ts';
import { claimName, planTopic, type TopicAction, topicNameOf } from './plan.ts';
import { planTopicRemoval } from './removal.ts';
import { reportTopic, type TopicFields } from './report.ts';

/** Index of EventTopics by the name of their topic. */
export const topicIndex = 'topic';
/** Index of EventConsumers by the topics that they name. */
export const consumedTopicIndex = 'consumedTopic';

export interface TopicDependencies {
  topics: ResourceStore<EventTopic>;
  clusters: ResourceCache<EventCluster>;
  consumers: ResourceCache<EventConsumer>;
  namespaces: ResourceCache<KubeObject>;
  kafka: KafkaConnections;
  journal: Journal;
}

export type EventTopicBehaviour = Behaviour<EventTopic, ObservedTopic, TopicAction, TopicFields>;

export function eventTopicBehaviour(dependencies: TopicDependencies): EventTopicBehaviour {
  return {
    needsFinalizer: (resource) => resource.spec.deletionPolicy === 'Delete',
    observe: (resource, round) => observeTopic(dependencies, resource, round),
    plan: planTopic,
    planRemoval: planTopicRemoval,
    act: (action, round) => actOnTopic(dependencies, action, round),
    report: reportTopic,
  };
}

async function observeTopic(deps: TopicDependencies, resource: EventTopic, round: Round): Promise<ObservedTopic> {
  const { namespace = '', deletionTimestamp } = resource.metadata;
  const namespaceTerminating = Boolean(deps.namespaces.get(namespace)?.metadata.deletionTimestamp);
  const answer = resolveCluster(questionOf(resource), deps.clusters.list());
  if (answer.kind === 'blocked') {
    const { blocked, gone } = answer;
    if (deletionTimestamp && namespaceTerminating) return { kind: 'namespaceTerminating', cause: blocked.message };
    return { kind: 'noCluster', blocked, gone };
  }
  try {
    return await askBrokers(deps, resource, answer.use, namespaceTerminating, round);
  } catch (error) {
    if (!deletionTimestamp || !namespaceTerminating || !(error instanceof Fault)) throw error;
    return { kind: 'namespaceTerminating', cause: error.message };
  }
}

async function askBrokers(
  deps: TopicDependencies,
  resource: EventTopic,
  use: ClusterUse,
  namespaceTerminating: boolean,
  { signal }: Round,
): Promise<SeenTopic> {
  const name = topicNameOf(resource);
  const options = { signal, namespace: resource.metadata.namespace ?? '' };
  const admin = adminOf(deps.kafka, use);
  const [cluster, topic, readingGroups] = await Promise.all([
    admin.describeCluster(options),
    admin.describeTopic(name, options),
    resource.metadata.deletionTimestamp ? admin.groupsReading(name, options) : undefined,
  ]);
  return {
    kind: 'seen',
    use,
    liveClusterId: cluster.clusterId,
    topic,
    otherOwner: otherOwner(deps, resource, use),
    claimedBy: deps.journal.find(claimName(use.clusterId, name))?.uid,
    namespaceTerminating,
    removal: readingGroups && { readingGroups, consumers: consumersOf(deps, resource, use) },
  };
}

/** Who else owns the name. A resource that is being deleted claims nothing: whoever is left is its heir. */
function otherOwner(deps: TopicDependencies, resource: EventTopic, use: ClusterUse): Claimant | undefined {
  const name = topicNameOf(resource);
  const claimed = deps.journal.find(claimName(use.clusterId, name))?.uid;
  const claimants = deps.topics
    .byIndex(topicIndex, name)
    .filter((other) => !other.metadata.deletionTimestamp && mayClaim(deps, other, use))
    .map((other) => claimant(other, Boolean(other.status?.topicId) || claimed === other.metadata.uid));
  const owner = ownerOf(claimants);
  return owner?.uid === resource.metadata.uid ? undefined : owner;
}

/** Without a grant nobody holds a name against those who have one. */
function mayClaim(deps: TopicDependencies, other: EventTopic, { clusterId }: ClusterUse): boolean {
  const use = useIn(deps, other, clusterId);
  return use !== undefined && refuseUngranted(use, 'topics', [topicNameOf(other)]) === undefined;
}

/** How a resource uses the Kafka cluster with this id, by whichever EventCluster; `undefined`: it uses another one. */
function useIn(deps: TopicDependencies, user: EventTopic | EventConsumer, clusterId: string): ClusterUse | undefined {
  const answer = resolveCluster(questionOf(user), deps.clusters.list());
  return answer.kind === 'use' && answer.use.clusterId === clusterId ? answer.use : undefined;
}

function consumersOf(
  deps: TopicDependencies,
  resource: EventTopic,
  { clusterId }: ClusterUse,
): RemovalFacts['consumers'] {
  const namespace = resource.metadata.namespace;
  const all = deps.consumers
    .byIndex(consumedTopicIndex, topicNameOf(resource))
    .filter((consumer) => !consumer.metadata.deletionTimestamp && useIn(deps, consumer, clusterId) !== undefined);
  return {
    here: all.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
    elsewhere: all.some(({ metadata }) => metadata.namespace !== namespace),
  };
}
