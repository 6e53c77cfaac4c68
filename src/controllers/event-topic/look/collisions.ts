import type { EventTopic } from '../../../crds/event-topic.ts';
import { claimant, comesBefore } from '../../ownership.ts';
import { metricNameOf, ownClaim, rememberedOf, topicNameOf } from '../identity.ts';
import { metricNameIndex } from '../indexes.ts';
import type { Places } from '../memory/places.ts';
import type { Standing } from '../observed.ts';
import { hasTopic, mayClaim, type Neighbourhood, otherOwner } from './neighbours.ts';

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
    .byIndex(metricNameIndex, metricNameOf(resource))
    .filter((other) => topicNameOf(other) !== name && !other.metadata.deletionTimestamp)
    .filter((other) => comesBefore(claimant(other, hasTopic(deps, other, use)), claimant(resource, has)))
    .some((other) => mayClaim(deps, other, live) && otherOwner(deps, other, live) === undefined);
}
