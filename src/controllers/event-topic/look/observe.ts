import { keyOf } from '../../../base/keys.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { reconcileRequestAnnotation } from '../../../crds/names.ts';
import type { CompilePattern } from '../../../ports/patterns.ts';
import type { Round } from '../../../runtime/kind.ts';
import { type ClusterUse, questionOf, resolveCluster } from '../../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import { claimName, ownsTopic, topicNameOf } from '../identity.ts';
import type { Departures } from '../memory/departures.ts';
import type { Places } from '../memory/places.ts';
import type { TopicTraffic } from '../memory/traffic.ts';
import type { WrittenSettings } from '../memory/written-settings.ts';
import type { ObservedTopic, SeenTopic, Unplaced } from '../observed.ts';
import { observeReplicas, type ReplicaRecords } from '../reassignment/observe.ts';
import { judgeName, nameQuestion } from './naming.ts';
import { type Neighbourhood, otherOwner } from './neighbours.ts';
import { takePlace } from './take-place.ts';

/** What a look at a topic reads. */
export interface TopicSources extends Neighbourhood {
  kafka: ClusterConnections;
  throttles: ReplicaRecords;
  departures: Pick<Departures, 'find'>;
  compile: CompilePattern;
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
  const sight: Unplaced = {
    kind: 'seen',
    use,
    liveClusterId: clusterId,
    topic,
    otherOwner: otherOwner(deps, resource, { ...use, topicId: topic?.id }),
    claim: deps.claims.find(claimName(use.clusterId, name)),
    left: deps.departures.find(resource, use.clusterId),
    naming: judgeName(nameQuestion(resource, use), deps.compile),
    resting: topic ? deps.written.resting(keyOf(resource), topic, now, requestOf(resource)) : new Map(),
    replicas: await observeReplicas({ ...deps, admin, brokers }, resource, use, topic, options),
  };
  const seen: SeenTopic = { ...sight, ...takePlace(deps, resource, sight) };
  if (topic === undefined || !ownsTopic(resource, sight)) return seen;
  return { ...seen, traffic: await deps.traffic?.look(keyOf(resource), topic, admin, signal) };
}
