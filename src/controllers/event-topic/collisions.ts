import type { EventTopic } from '../../crds/event-topic.ts';
import { claimant, comesBefore } from '../ownership.ts';
import { ownClaim, rememberedOf, topicNameOf } from './identity.ts';
import { hasTopic, mayClaim, type Neighbourhood, otherOwner } from './neighbours.ts';
import type { Standing } from './observed.ts';
import type { Places } from './places.ts';

/** Index of EventTopics by the name that their topic has in metrics. */
export const metricNameIndex = 'metricName';

/** Kafka writes "_" for "." there, and refuses a topic whose name is then that of another one. */
export function metricNameOf(topicName: string): string {
  return topicName.replaceAll('.', '_');
}

/**
 * Whether another resource has, or is the first to ask for, a topic that Kafka would not have beside this one. Brokers
 * refuse the second of two only when the first is there already: of two in one request they create both.
 */
export function collides(
  deps: Neighbourhood & { places: Pick<Places, 'isTaken'> },
  resource: EventTopic,
  seen: Pick<Standing, 'use' | 'claim'>,
): boolean {
  const name = topicNameOf(resource);
  const { use } = seen;
  // Nobody has looked at the topics of the others.
  const live = { ...use, topicId: undefined };
  const has = ownClaim(resource, seen) !== undefined || rememberedOf(resource, use).topicId !== undefined;
  return deps.topics
    .byIndex(metricNameIndex, metricNameOf(name))
    .filter((other) => topicNameOf(other) !== name && !other.metadata.deletionTimestamp)
    .filter((other) => comesBefore(claimant(other, hasTopic(deps, other, use)), claimant(resource, has)))
    .some((other) => mayClaim(deps, other, live) && otherOwner(deps, other, live) === undefined);
}
