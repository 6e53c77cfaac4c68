import type { EventTopic } from '../../../crds/event-topic.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { type Claimant, claimant } from '../../ownership.ts';
import { ownsTopic } from '../identity.ts';
import { namespaceIndex } from '../indexes.ts';
import { countBefore, type Places } from '../memory/places.ts';
import type { SeenTopic, Standing, Unplaced } from '../observed.ts';
import { courseOf } from '../plan/course.ts';
import { holdOf } from '../plan/plan.ts';
import { refuseWithoutPlace } from '../plan/rules/policy.ts';
import { collides } from './collisions.ts';
import { hasTopic, mayClaim, type Neighbourhood, otherOwner } from './neighbours.ts';

interface PlaceSources extends Neighbourhood {
  places: Pick<Places, 'isTaken' | 'note'>;
}

/**
 * What others have taken of the namespace's places and of the topic's name in metrics, as far as it matters, and what is
 * left of a resource of this name: it keeps no place that others have by now.
 *
 * The one thing that is decided while observing: whether a place is free is judged and the place is taken in one step,
 * without a wait in between, so that no two rounds take the same. The plan then comes to the same course.
 */
export function takePlace(
  deps: PlaceSources,
  resource: EventTopic,
  seen: Unplaced,
): Pick<SeenTopic, 'placesTaken' | 'collides' | 'left'> {
  const { left } = seen;
  if (ownsTopic(resource, { ...seen, left: undefined })) return { placesTaken: 0, collides: false, left };
  const taken = {
    placesTaken: countPlaces(deps, resource, seen),
    collides: seen.topic === undefined && collides(deps, resource, seen),
  };
  const placed = { ...taken, left: refuseWithoutPlace(resource, { ...seen, ...taken }) ? undefined : left };
  deps.places.note(resource, takesPlace(resource, { ...seen, ...placed }));
  return placed;
}

function takesPlace(resource: EventTopic, standing: Standing): boolean {
  const { kind } = courseOf(resource, standing);
  if (kind === 'manage') return true;
  return (kind === 'create' || kind === 'adopt') && holdOf(resource, standing.use) === undefined;
}

function countPlaces(deps: PlaceSources, resource: EventTopic, seen: Unplaced): number {
  const { use } = seen;
  const most = use.rule?.maxTopicsPerNamespace;
  if (most === undefined) return 0;
  // One that is replaced comes before those that only ask, as the one before it did.
  const me = claimant(resource, ownsTopic(resource, seen));
  return countBefore(me, othersOf(deps, resource, use), most, ({ other }) => {
    // Nobody has looked at the topics of the others.
    const live = { ...use, topicId: undefined };
    return mayClaim(deps, other, live) && otherOwner(deps, other, live) === undefined;
  });
}

/** The other EventTopics of the namespace, and whether each has a topic in this Kafka cluster. */
function* othersOf(
  deps: PlaceSources,
  { metadata: { namespace = '', uid } }: EventTopic,
  use: ClusterUse,
): Generator<Claimant & { other: EventTopic }> {
  for (const other of deps.topics.byIndex(namespaceIndex, namespace)) {
    if (other.metadata.uid !== uid) yield { ...claimant(other, hasTopic(deps, other, use)), other };
  }
}
