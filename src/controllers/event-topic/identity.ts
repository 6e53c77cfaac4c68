import type { EventTopic, EventTopicStatus } from '../../crds/event-topic.ts';
import type { Claim } from '../../ports/journal.ts';
import type { TopicState } from '../../ports/kafka.ts';
import type { ClusterUse } from '../cluster-use.ts';

export function topicNameOf(resource: EventTopic): string {
  return resource.spec.topicName ?? resource.metadata.name;
}

/**
 * The name of its topic in metrics. Kafka writes "_" for "." there, and refuses a topic whose name is then that of another
 * one.
 */
export function metricNameOf(resource: EventTopic): string {
  return topicNameOf(resource).replaceAll('.', '_');
}

/** Under which name the journal keeps the claim on a topic. */
export function claimName(clusterId: string, topicName: string): string {
  return `${clusterId}/${topicName}`;
}

/** All that tells one Kafka cluster from another. */
export type KafkaIdentity = Pick<ClusterUse, 'clusterId'>;

/** What the status remembers of the topic. In another Kafka cluster than the one it was seen in, that says nothing. */
export function rememberedOf(
  { status = {} }: EventTopic,
  { clusterId }: KafkaIdentity,
): Pick<EventTopicStatus, 'topicId' | 'appliedConfig'> {
  return status.clusterId === undefined || status.clusterId === clusterId ? status : {};
}

export interface TopicSight {
  use: KafkaIdentity;
  /** The live topic of that name. */
  topic: TopicState | undefined;
  /** What the journal says of the name. */
  claim: Claim | undefined;
  /** What a resource of this namespace and name had until just now. */
  left?: { topicId: string } | undefined;
}

/** The claim of this very resource, if it is not one that its status has outlived. */
export function ownClaim(resource: EventTopic, { use, claim }: Omit<TopicSight, 'topic'>): Claim | undefined {
  const known = rememberedOf(resource, use).topicId;
  return claim?.uid === resource.metadata.uid && claim.replaces === known ? claim : undefined;
}

/**
 * Whether the live topic is this resource's own: by the id that its status holds, by a claim that came later, or by the
 * id that a resource of the same name left behind a moment ago.
 */
export function ownsTopic(resource: EventTopic, sight: TopicSight): boolean {
  if (!sight.topic) return false;
  const { id } = sight.topic;
  const known = rememberedOf(resource, sight.use).topicId;
  if (known === id) return true;
  const claim = ownClaim(resource, sight);
  if (claim !== undefined) return (claim.id ?? id) === id;
  return known === undefined && sight.left?.topicId === id;
}
