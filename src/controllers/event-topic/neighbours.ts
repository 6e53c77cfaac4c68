import { finalizer } from '../../crds/common.ts';
import type { EventCluster } from '../../crds/event-cluster.ts';
import type { EventConsumer } from '../../crds/event-consumer.ts';
import type { EventTopic } from '../../crds/event-topic.ts';
import type { Claim, Journal } from '../../ports/journal.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import {
  type ClusterUse,
  type ClusterUser,
  type Grant,
  type GrantKind,
  grantOf,
  type NamespaceView,
  questionOf,
  resolveCluster,
} from '../cluster-use.ts';
import { groupIdOf } from '../event-consumer/plan.ts';
import { type Claimant, claimant, ownerOf } from '../ownership.ts';
import { claimName, ownClaim, rememberedOf, topicNameOf } from './identity.ts';

/** Index of EventTopics by the name of their topic. */
export const topicIndex = 'topic';
/** Index of EventConsumers by the topics that they name. */
export const consumedTopicIndex = 'consumedTopic';

/** Who else may have to do with a topic. */
export interface Neighbourhood {
  topics: Pick<ResourceCache<EventTopic>, 'byIndex'>;
  clusters: Pick<ResourceCache<EventCluster>, 'list'>;
  consumers: Pick<ResourceCache<EventConsumer>, 'byIndex'>;
  namespaces: NamespaceView;
  journal: Pick<Journal, 'find'>;
}

/** Who else owns the name. A resource that is being deleted claims nothing: whoever is left is its heir. */
export function otherOwner(around: Neighbourhood, resource: EventTopic, use: ClusterUse): Claimant | undefined {
  const owner = ownerOf(claimantsOf(around, topicNameOf(resource), use));
  return owner?.uid === resource.metadata.uid ? undefined : owner;
}

function claimantsOf(around: Neighbourhood, name: string, use: ClusterUse): Claimant[] {
  const claimed = around.journal.find(claimName(use.clusterId, name))?.uid;
  return around.topics
    .byIndex(topicIndex, name)
    .filter((other) => !other.metadata.deletionTimestamp && mayClaim(around, other, use))
    .map((other) => claimant(other, rememberedOf(other, use).topicId !== undefined || claimed === other.metadata.uid));
}

export interface Inheritance {
  use: ClusterUse;
  heir: Claimant;
  claim: Claim | undefined;
  /** The one topic that is left; `undefined`: it was claimed and never seen. */
  topicId: string | undefined;
}

/** Who takes the topic over when this resource goes; `undefined`: nobody, or it is not this resource's to leave. */
export function heirOf(around: Neighbourhood, resource: EventTopic): Inheritance | undefined {
  const name = topicNameOf(resource);
  if (around.topics.byIndex(topicIndex, name).length < 2) return undefined;
  const answer = resolveCluster(questionOf(resource, around.namespaces), around.clusters.list());
  if (answer.kind === 'blocked') return undefined;
  const { use } = answer;
  const claim = around.journal.find(claimName(use.clusterId, name));
  const claimants = claimantsOf(around, name, use);
  const { uid } = resource.metadata;
  const own = ownClaim(resource, { use, claim });
  const { topicId } = rememberedOf(resource, use);
  const isOwner = topicId !== undefined || own !== undefined || ownerOf(claimants)?.uid === uid;
  const heir = ownerOf(claimants.filter((other) => other.uid !== uid));
  return heir && isOwner ? { use, heir, claim, topicId: own ? own.id : topicId } : undefined;
}

/** While nobody can tell, because the EventCluster cannot be resolved, what was known before stands. */
export function mayHaveHeir(around: Neighbourhood, resource: EventTopic): boolean {
  if (around.topics.byIndex(topicIndex, topicNameOf(resource)).length < 2) return false;
  const answer = resolveCluster(questionOf(resource, around.namespaces), around.clusters.list());
  if (answer.kind === 'use') return heirOf(around, resource) !== undefined;
  return resource.metadata.finalizers?.includes(finalizer) === true;
}

/** Without a grant nobody holds a name against those who have one. */
export function mayClaim(around: Neighbourhood, other: EventTopic, { clusterId }: ClusterUse): boolean {
  return isIn(around, other, clusterId) && grantFor(around, other, 'topics', topicNameOf(other)) === 'granted';
}

/** Whether a resource uses the Kafka cluster with this id, by whichever EventCluster. */
function isIn(around: Neighbourhood, user: ClusterUser, clusterId: string): boolean {
  const answer = resolveCluster(questionOf(user, around.namespaces), around.clusters.list());
  return answer.kind === 'use' && answer.use.clusterId === clusterId;
}

/** What the EventCluster through which a resource names the topic says to that. */
function grantFor(around: Neighbourhood, user: ClusterUser, kind: GrantKind, name: string): Grant {
  return grantOf(questionOf(user, around.namespaces), around.clusters.list(), kind, [name]);
}

/** Who may not read the topic with its group holds nobody else's. */
function isRefused(around: Neighbourhood, consumer: EventConsumer, topic: string): boolean {
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
    .filter((consumer) => !consumer.metadata.deletionTimestamp && !isRefused(around, consumer, topic));
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
  const all = consumersNaming(around, topicNameOf(resource)).filter((consumer) => isIn(around, consumer, clusterId));
  return {
    here: all.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
    elsewhere: all.some(({ metadata }) => metadata.namespace !== namespace),
  };
}
