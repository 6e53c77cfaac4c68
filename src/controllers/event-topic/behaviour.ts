import { reconcileRequestAnnotation } from '../../crds/common.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ResourceStore } from '../../ports/kube.ts';
import type { CompilePattern } from '../../ports/patterns.ts';
import { keyOf } from '../../runtime/key.ts';
import type { Behaviour, Removal, Round } from '../../runtime/kind.ts';
import { adminOf, type ClusterConnections, type ClusterUse, questionOf, resolveCluster } from '../cluster-use.ts';
import { SharedReads } from '../shared-reads.ts';
import { actOnTopic } from './act.ts';
import type { TopicAction, TopicPlan } from './actions.ts';
import type { DeletionMemory } from './delete.ts';
import { DeletionBrake } from './deletion-brake.ts';
import type { Departures } from './departures.ts';
import { claimName, ownsTopic, topicNameOf } from './identity.ts';
import { judgeName, nameQuestion } from './naming.ts';
import { mayHaveHeir, type Neighbourhood, otherOwner } from './neighbours.ts';
import { noObjections, readObjections } from './objections.ts';
import { observeRemoval, type RemovalSources } from './observe-removal.ts';
import type { ObservedRemoval, ObservedTopic, SeenTopic } from './observed.ts';
import { Places } from './places.ts';
import { planTopic } from './plan.ts';
import { observeReplicas } from './reassignment/observe.ts';
import type { Throttles } from './reassignment/throttles.ts';
import { RefusedDeletions } from './refused-deletions.ts';
import { planTopicRemoval } from './removal.ts';
import { reportTopic, type TopicFields } from './report.ts';
import { takePlace } from './take-place.ts';
import type { TopicTraffic } from './traffic.ts';
import { WrittenSettings } from './written-settings.ts';

/** What a look at a topic reads. */
export interface TopicSources extends Neighbourhood {
  kafka: ClusterConnections;
  throttles: Pick<Throttles, 'recordOf'>;
  departures: Pick<Departures, 'find'>;
  compile: CompilePattern;
}

export interface TopicDependencies extends TopicSources, RemovalSources {
  topics: ResourceStore<EventTopic>;
  clusters: ResourceStore<EventCluster>;
  journal: Journal;
  throttles: Throttles;
  traffic: TopicTraffic;
}

export interface EventTopicBehaviour
  extends Behaviour<EventTopic, ObservedTopic, TopicAction, TopicFields, TopicPlan, ObservedRemoval> {
  removal: Removal<EventTopic, TopicAction, ObservedRemoval>;
}

export function eventTopicBehaviour(dependencies: TopicDependencies): EventTopicBehaviour {
  const written = new WrittenSettings();
  const places = new Places();
  const deletions: DeletionMemory = {
    brake: new DeletionBrake(dependencies.journal),
    refused: new RefusedDeletions(),
    clusterReads: new SharedReads(),
  };
  return {
    observe: (resource, round) => observeTopic({ ...dependencies, written, places }, resource, round),
    plan: planTopic,
    act: (action, round) => actOnTopic({ ...dependencies, written, deletions }, action, round),
    report: reportTopic,
    removal: {
      // Whoever else claims a topic takes it over when its owner goes, whatever the owner's policy.
      guards: (resource) => resource.spec.deletionPolicy !== 'Retain' || mayHaveHeir(dependencies, resource),
      observe: (resource, round) => observeRemoval({ ...dependencies, deletions }, resource, round),
      plan: planTopicRemoval,
    },
    forget: (key) => {
      written.forget(key);
      places.forget(key);
      deletions.brake.forget(key);
      dependencies.traffic.forget(key);
    },
  };
}

/** What a person asked for last: to look now. */
function requestOf({ metadata }: EventTopic): string | undefined {
  return metadata.annotations?.[reconcileRequestAnnotation];
}

export interface Observing extends TopicSources {
  written: Pick<WrittenSettings, 'resting'>;
  places: Pick<Places, 'isTaken' | 'note'>;
  /** Absent: a single look does not tell. */
  traffic?: Pick<TopicTraffic, 'look'>;
}

export async function observeTopic(deps: Observing, resource: EventTopic, round: Round): Promise<ObservedTopic> {
  const answer = resolveCluster(questionOf(resource, deps.namespaces), deps.clusters.list());
  if (answer.kind === 'blocked') return { kind: 'noCluster', blocked: answer.blocked };
  return askBrokers(deps, resource, answer.use, round);
}

async function askBrokers(
  deps: Observing,
  resource: EventTopic,
  use: ClusterUse,
  { signal, now }: Round,
): Promise<SeenTopic> {
  const name = topicNameOf(resource);
  const options = { signal, namespace: resource.metadata.namespace ?? '' };
  const admin = adminOf(deps.kafka, use);
  const [cluster, topic] = await Promise.all([admin.describeCluster(options), admin.describeTopic(name, options)]);
  const { clusterId, brokers } = cluster;
  const seen: SeenTopic = {
    kind: 'seen',
    use,
    liveClusterId: clusterId,
    topic,
    otherOwner: otherOwner(deps, resource, { ...use, topicId: topic?.id }),
    claim: deps.journal.find(claimName(use.clusterId, name)),
    left: deps.departures.find(resource, use.clusterId),
    placesTaken: 0,
    collides: false,
    naming: judgeName(nameQuestion(resource, use), deps.compile),
    objections: noObjections,
    resting: topic ? deps.written.resting(keyOf(resource), topic, now, requestOf(resource)) : new Map(),
    replicas: await observeReplicas({ ...deps, admin, brokers }, resource, use, topic, options),
  };
  const ranked = { ...seen, ...takePlace(deps, resource, seen) };
  const owned = topic && ownsTopic(resource, seen) ? topic : undefined;
  const [objections, traffic] = await Promise.all([
    readObjections(admin, resource, ranked, options),
    owned && deps.traffic?.look(keyOf(resource), owned, admin, signal),
  ]);
  return { ...ranked, objections, traffic };
}
