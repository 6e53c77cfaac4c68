import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import { Fault } from '../../ports/fault.ts';
import type { Claim, Journal } from '../../ports/journal.ts';
import type { KubeObject, ResourceCache, ResourceStore } from '../../ports/kube.ts';
import { keyOf } from '../../runtime/key.ts';
import type { Behaviour, Round } from '../../runtime/kind.ts';
import {
  adminOf,
  type ClusterConnections,
  type ClusterUse,
  questionOf,
  refuseUngranted,
  resolveCluster,
} from '../cluster-use.ts';
import { type Claimant, claimant, ownerOf } from '../ownership.ts';
import { actOnTopic } from './act.ts';
import type { TopicAction } from './actions.ts';
import { claimName, ownClaim, ownsTopic, rememberedOf, topicNameOf } from './identity.ts';
import { noObjections, readObjections } from './objections.ts';
import type { ObservedTopic, RemovalFacts, SeenTopic } from './observed.ts';
import { countBefore, namespaceIndex, Places } from './places.ts';
import { planTopic } from './plan.ts';
import { observeReplicas } from './reassignment/observe.ts';
import type { Throttles } from './reassignment/throttles.ts';
import { planTopicRemoval } from './removal.ts';
import { reportTopic, type TopicFields } from './report.ts';
import { WrittenSettings } from './written-settings.ts';

/** Index of EventTopics by the name of their topic. */
export const topicIndex = 'topic';
/** Index of EventConsumers by the topics that they name. */
export const consumedTopicIndex = 'consumedTopic';

/** What a look at a topic reads. */
export interface TopicSources {
  topics: Pick<ResourceCache<EventTopic>, 'byIndex'>;
  clusters: Pick<ResourceCache<EventCluster>, 'list'>;
  consumers: Pick<ResourceCache<EventConsumer>, 'byIndex'>;
  namespaces: Pick<ResourceCache<KubeObject>, 'get'>;
  kafka: ClusterConnections;
  journal: Pick<Journal, 'find'>;
  throttles: Pick<Throttles, 'recordOf'>;
}

export interface TopicDependencies extends TopicSources {
  topics: ResourceStore<EventTopic>;
  journal: Journal;
  throttles: Throttles;
}

export type EventTopicBehaviour = Behaviour<EventTopic, ObservedTopic, TopicAction, TopicFields>;

export function eventTopicBehaviour(dependencies: TopicDependencies): EventTopicBehaviour {
  const written = new WrittenSettings();
  const places = new Places();
  return {
    // Whoever else claims a topic takes it over when its owner goes, whatever the owner's policy.
    needsFinalizer: (resource) =>
      resource.spec.deletionPolicy !== 'Retain' || heirOf(dependencies, resource) !== undefined,
    observe: (resource, round) => observeTopic({ ...dependencies, written, places }, resource, round),
    plan: planTopic,
    planRemoval: planTopicRemoval,
    act: (action, round) => actOnTopic({ ...dependencies, written }, action, round),
    report: reportTopic,
    forget: (key) => {
      written.forget(key);
      places.forget(key);
    },
  };
}

export interface Observing extends TopicSources {
  written: Pick<WrittenSettings, 'resting'>;
  places: Pick<Places, 'isTaken' | 'note'>;
}

export async function observeTopic(deps: Observing, resource: EventTopic, round: Round): Promise<ObservedTopic> {
  const { namespace = '', deletionTimestamp } = resource.metadata;
  if (deletionTimestamp && resource.spec.deletionPolicy === 'Retain') {
    const inheritance = heirOf(deps, resource);
    if (inheritance) return { kind: 'leaving', ...inheritance };
  }
  const namespaceTerminating = Boolean(deps.namespaces.get(namespace)?.metadata.deletionTimestamp);
  const answer = resolveCluster(questionOf(resource, deps.namespaces), deps.clusters.list());
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
  deps: Observing,
  resource: EventTopic,
  use: ClusterUse,
  namespaceTerminating: boolean,
  { signal, now }: Round,
): Promise<SeenTopic> {
  const name = topicNameOf(resource);
  const options = { signal, namespace: resource.metadata.namespace ?? '' };
  const admin = adminOf(deps.kafka, use);
  const [cluster, topic, readingGroups] = await Promise.all([
    admin.describeCluster(options),
    admin.describeTopic(name, options),
    resource.metadata.deletionTimestamp ? admin.groupsReading(name, options) : undefined,
  ]);
  const { brokers } = cluster;
  const seen: SeenTopic = {
    kind: 'seen',
    use,
    liveClusterId: cluster.clusterId,
    topic,
    otherOwner: otherOwner(deps, resource, use),
    claim: deps.journal.find(claimName(use.clusterId, name)),
    placesTaken: 0,
    objections: noObjections,
    resting: topic ? deps.written.resting(keyOf(resource), topic.config, now) : new Set(),
    namespaceTerminating,
    removal: readingGroups && { readingGroups, consumers: consumersOf(deps, resource, use) },
  };
  if (resource.metadata.deletionTimestamp) return seen;
  seen.replicas = await observeReplicas({ ...deps, admin, brokers }, resource, use, topic, options);
  const ranked = { ...seen, placesTaken: takePlace(deps, resource, seen) };
  return { ...ranked, objections: await readObjections(admin, resource, ranked, options) };
}

/** Counting and taking are one step, without a wait in between, so that no two rounds take the same place. */
function takePlace(deps: Observing, resource: EventTopic, seen: SeenTopic): number {
  if (seen.use.rule?.maxTopicsPerNamespace === undefined || ownsTopic(resource, seen)) return 0;
  const placesTaken = countBefore(claimant(resource, false), othersOf(deps, resource, seen.use));
  const { actions } = planTopic(resource, { ...seen, placesTaken });
  deps.places.note(
    resource,
    actions.some(({ kind }) => kind === 'create' || kind === 'adopt'),
  );
  return placesTaken;
}

/** Topics of the namespace in the same Kafka cluster, each by the resource that owns it or is the next to do so. */
function othersOf(deps: Observing, resource: EventTopic, use: ClusterUse): Claimant[] {
  const { namespace = '', uid } = resource.metadata;
  return deps.topics
    .byIndex(namespaceIndex, namespace)
    .filter((other) => other.metadata.uid !== uid && mayClaim(deps, other, use) && !otherOwner(deps, other, use))
    .map((other) => {
      const claim = deps.journal.find(claimName(use.clusterId, topicNameOf(other)));
      const has = rememberedOf(other, use).topicId !== undefined || claim?.uid === other.metadata.uid;
      return claimant(other, has || deps.places.isTaken(other));
    });
}

/** Who else owns the name. A resource that is being deleted claims nothing: whoever is left is its heir. */
function otherOwner(deps: TopicSources, resource: EventTopic, use: ClusterUse): Claimant | undefined {
  const owner = ownerOf(claimantsOf(deps, topicNameOf(resource), use));
  return owner?.uid === resource.metadata.uid ? undefined : owner;
}

function claimantsOf(deps: TopicSources, name: string, use: ClusterUse): Claimant[] {
  const claimed = deps.journal.find(claimName(use.clusterId, name))?.uid;
  return deps.topics
    .byIndex(topicIndex, name)
    .filter((other) => !other.metadata.deletionTimestamp && mayClaim(deps, other, use))
    .map((other) => claimant(other, Boolean(other.status?.topicId) || claimed === other.metadata.uid));
}

interface Inheritance {
  use: ClusterUse;
  heir: Claimant;
  claim: Claim | undefined;
}

/** Who takes the topic over when this resource goes; `undefined`: nobody, or it is not this resource's to leave. */
function heirOf(deps: TopicSources, resource: EventTopic): Inheritance | undefined {
  const name = topicNameOf(resource);
  if (deps.topics.byIndex(topicIndex, name).length < 2) return undefined;
  const answer = resolveCluster(questionOf(resource, deps.namespaces), deps.clusters.list());
  if (answer.kind === 'blocked') return undefined;
  const { use } = answer;
  const claim = deps.journal.find(claimName(use.clusterId, name));
  const claimants = claimantsOf(deps, name, use);
  const { uid } = resource.metadata;
  const isOwner =
    rememberedOf(resource, use).topicId !== undefined ||
    ownClaim(resource, { use, claim }) !== undefined ||
    ownerOf(claimants)?.uid === uid;
  const heir = ownerOf(claimants.filter((other) => other.uid !== uid));
  return heir && isOwner ? { use, heir, claim } : undefined;
}

/** Without a grant nobody holds a name against those who have one. */
function mayClaim(deps: TopicSources, other: EventTopic, { clusterId }: ClusterUse): boolean {
  const use = useIn(deps, other, clusterId);
  return use !== undefined && refuseUngranted(use, 'topics', [topicNameOf(other)]) === undefined;
}

/** How a resource uses the Kafka cluster with this id, by whichever EventCluster; `undefined`: it uses another one. */
function useIn(deps: TopicSources, user: EventTopic | EventConsumer, clusterId: string): ClusterUse | undefined {
  const answer = resolveCluster(questionOf(user, deps.namespaces), deps.clusters.list());
  return answer.kind === 'use' && answer.use.clusterId === clusterId ? answer.use : undefined;
}

function consumersOf(deps: TopicSources, resource: EventTopic, { clusterId }: ClusterUse): RemovalFacts['consumers'] {
  const namespace = resource.metadata.namespace;
  const all = deps.consumers
    .byIndex(consumedTopicIndex, topicNameOf(resource))
    .filter((consumer) => !consumer.metadata.deletionTimestamp && useIn(deps, consumer, clusterId) !== undefined);
  return {
    here: all.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
    elsewhere: all.some(({ metadata }) => metadata.namespace !== namespace),
  };
}
