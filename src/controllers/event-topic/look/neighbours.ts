import type { EventCluster } from '../../../crds/event-cluster.ts';
import type { EventConsumer } from '../../../crds/event-consumer.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { finalizer } from '../../../crds/names.ts';
import type { Book, Claim } from '../../../ports/journal.ts';
import type { ResourceCache } from '../../../ports/kube.ts';
import {
  type ClusterUse,
  type ClusterUser,
  hasAnswered,
  type NamespaceView,
  questionOf,
  resolveCluster,
} from '../../cluster-use.ts';
import { groupIdOf } from '../../event-consumer/identity.ts';
import { consumedTopicIndex } from '../../event-consumer/indexes.ts';
import { type Grant, type GrantKind, grantOf, ungranted } from '../../grants.ts';
import { type Claimant, claimant, ownerOf } from '../../ownership.ts';
import { claimName, type KafkaIdentity, ownClaim, rememberedOf, topicNameOf } from '../identity.ts';
import { topicIndex } from '../indexes.ts';
import type { Places } from '../memory/places.ts';

/** Who else may have to do with a topic. */
export interface Neighbourhood {
  topics: Pick<ResourceCache<EventTopic>, 'byIndex'>;
  clusters: Pick<ResourceCache<EventCluster>, 'list'>;
  consumers: Pick<ResourceCache<EventConsumer>, 'byIndex'>;
  namespaces: NamespaceView;
  claims: Pick<Book<Claim>, 'find'>;
}

/** A name in a Kafka cluster, and the topic that has it. */
export interface NamedTopic extends KafkaIdentity {
  /** Absent: there is none, or nobody has looked. */
  topicId: string | undefined;
}

/** Who else owns the name. A resource that is being deleted claims nothing: whoever is left is its heir. */
export function otherOwner(around: Neighbourhood, resource: EventTopic, live: NamedTopic): Claimant | undefined {
  const owner = ownerOf(claimantsOf(around, topicNameOf(resource), live));
  return owner?.uid === resource.metadata.uid ? undefined : owner;
}

/** What a resource needs to be told from others that only ask for a topic: its own is there, or being created. */
export function hasTopic(
  around: Neighbourhood & { places: Pick<Places, 'isTaken'> },
  resource: EventTopic,
  use: KafkaIdentity,
): boolean {
  const isRecorded = rememberedOf(resource, use).topicId !== undefined || isClaimedFor(around, resource, use);
  return isRecorded || around.places.isTaken(resource);
}

function claimantsOf(around: Neighbourhood, name: string, live: NamedTopic): Claimant[] {
  return around.topics
    .byIndex(topicIndex, name)
    .filter((other) => !other.metadata.deletionTimestamp && mayClaim(around, other, live))
    .map((other) =>
      claimant(other, rememberedOf(other, live).topicId !== undefined || isClaimedFor(around, other, live)),
    );
}

function isClaimedFor(around: Neighbourhood, resource: EventTopic, { clusterId }: KafkaIdentity): boolean {
  return around.claims.find(claimName(clusterId, topicNameOf(resource)))?.uid === resource.metadata.uid;
}

export interface Inheritance {
  use: KafkaIdentity;
  heir: Claimant;
  claim: Claim | undefined;
  /** The one topic that is left; `undefined`: it was claimed and never seen. */
  topicId: string | undefined;
}

/** Who takes the topic over when this resource goes; `undefined`: nobody, or it is not this resource's to leave. */
export function heirOf(around: Neighbourhood, resource: EventTopic): Inheritance | undefined {
  const name = topicNameOf(resource);
  if (around.topics.byIndex(topicIndex, name).length < 2) return undefined;
  const use = kafkaOf(around, resource);
  if (use === undefined) return undefined;
  const claim = around.claims.find(claimName(use.clusterId, name));
  const { uid } = resource.metadata;
  const own = ownClaim(resource, { use, claim });
  const { topicId } = rememberedOf(resource, use);
  const claimants = claimantsOf(around, name, { ...use, topicId });
  const isOwner = topicId !== undefined || own !== undefined || ownerOf(claimants)?.uid === uid;
  const heir = ownerOf(claimants.filter((other) => other.uid !== uid));
  return heir && isOwner ? { use, heir, claim, topicId: own ? own.id : topicId } : undefined;
}

/** Where the topic of a resource is: as its EventCluster says or, while that cannot be resolved, where it was last seen. */
function kafkaOf(around: Neighbourhood, resource: EventTopic): KafkaIdentity | undefined {
  const use = useOf(around, resource);
  if (use !== undefined && hasAnswered(use)) return use;
  const { clusterId, topicId } = resource.status ?? {};
  return clusterId !== undefined && topicId !== undefined ? { clusterId } : use;
}

/** While nobody can tell, because the EventCluster cannot be resolved, what was known before stands. */
export function mayHaveHeir(around: Neighbourhood, resource: EventTopic): boolean {
  if (around.topics.byIndex(topicIndex, topicNameOf(resource)).length < 2) return false;
  if (heirOf(around, resource) !== undefined) return true;
  return useOf(around, resource) === undefined && resource.metadata.finalizers?.includes(finalizer) === true;
}

/**
 * Without a grant nobody holds a name against those who have one. What was recorded of `other` stands until its
 * EventCluster is known to grant it no more, or to be another Kafka cluster: a moment's trouble with an EventCluster gives
 * no topic away. A resource that only says that it uses an EventCluster that nobody knows holds nothing.
 */
export function mayClaim(around: Neighbourhood, other: EventTopic, live: NamedTopic): boolean {
  const name = topicNameOf(other);
  const use = useOf(around, other);
  if (use?.clusterId === live.clusterId) return ungranted(use.rule, 'topics', [name]).length === 0;
  const isElsewhere = use !== undefined && hasAnswered(use);
  return !isElsewhere && isRecorded(around, other, live) && grantFor(around, other, 'topics', name) !== 'refused';
}

/** Only we write into the journal and into statuses; a record of the very topic that is live is hard to guess besides. */
function isRecorded(around: Neighbourhood, other: EventTopic, live: NamedTopic): boolean {
  const { clusterId, topicId } = other.status ?? {};
  if (isClaimedFor(around, other, live)) return true;
  return clusterId === live.clusterId && topicId !== undefined && topicId === (live.topicId ?? topicId);
}

/** How a resource uses Kafka; `undefined`: its EventCluster cannot be resolved now. */
function useOf(around: Neighbourhood, user: ClusterUser): ClusterUse | undefined {
  const answer = resolveCluster(questionOf(user, around.namespaces), around.clusters.list());
  return answer.kind === 'use' ? answer.use : undefined;
}

/** What the EventCluster through which a resource names the topic says to that. */
function grantFor(around: Neighbourhood, user: ClusterUser, kind: GrantKind, name: string): Grant {
  return grantOf(questionOf(user, around.namespaces), around.clusters.list(), kind, [name]);
}

/** A consumer that may not read the topic with its group does not hold back the topic of others. */
function isUngranted(around: Neighbourhood, consumer: EventConsumer, topic: string): boolean {
  const grants = [
    grantFor(around, consumer, 'groups', groupIdOf(consumer)),
    grantFor(around, consumer, 'topics', topic),
  ];
  return grants.includes('refused');
}

/** EventConsumers that name the topic and may read it, as far as anybody can tell. */
function consumersNaming(around: Neighbourhood, topic: string): EventConsumer[] {
  return around.consumers
    .byIndex(consumedTopicIndex, topic)
    .filter((consumer) => !consumer.metadata.deletionTimestamp && !isUngranted(around, consumer, topic));
}

/**
 * Whether somebody names the topic through an EventCluster of which nobody can tell now that it is another Kafka
 * cluster: not reached yet, at a wrong address, one of two defaults. Such a user is not seen, and is not nobody, unless
 * the EventCluster does not grant it the topic anyway.
 */
export function hasUnseenUsers(around: Neighbourhood, resource: EventTopic, { clusterId }: ClusterUse): boolean {
  const name = topicNameOf(resource);
  const claiming = around.topics
    .byIndex(topicIndex, name)
    .filter(({ metadata }) => metadata.uid !== resource.metadata.uid && !metadata.deletionTimestamp)
    .filter((other) => grantFor(around, other, 'topics', name) !== 'refused');
  return [...claiming, ...consumersNaming(around, name)].some((user) => mayMean(user, around, clusterId));
}

function mayMean(user: ClusterUser, around: Neighbourhood, clusterId: string): boolean {
  const question = questionOf(user, around.namespaces);
  const answer = resolveCluster(question, around.clusters.list());
  if (answer.kind === 'use' || answer.gone) return false;
  const name = question.clusterRef?.name ?? question.pinned;
  const cluster = [...around.clusters.list()].find(({ metadata }) => metadata.name === name);
  const expected = cluster?.spec.kafka.clusterId ?? cluster?.status?.clusterId;
  return expected === undefined || expected === clusterId;
}

/** EventConsumers that name the topic: names of the resource's namespace, and whether others exist elsewhere. */
export interface TopicConsumers {
  here: readonly string[];
  elsewhere: boolean;
}

export function consumersOf(around: Neighbourhood, resource: EventTopic, { clusterId }: ClusterUse): TopicConsumers {
  const { namespace } = resource.metadata;
  const all = consumersNaming(around, topicNameOf(resource)).filter(
    (consumer) => useOf(around, consumer)?.clusterId === clusterId,
  );
  return {
    here: all.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
    elsewhere: all.some(({ metadata }) => metadata.namespace !== namespace),
  };
}
