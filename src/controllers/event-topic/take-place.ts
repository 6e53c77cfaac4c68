import type { EventTopic } from '../../crds/event-topic.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { type Claimant, claimant } from '../ownership.ts';
import { collides } from './collisions.ts';
import { ownsTopic } from './identity.ts';
import { hasTopic, mayClaim, type Neighbourhood, otherOwner } from './neighbours.ts';
import type { SeenTopic } from './observed.ts';
import { countBefore, namespaceIndex, type Places } from './places.ts';
import { planPermitted } from './plan.ts';

interface PlaceSources extends Neighbourhood {
  places: Pick<Places, 'isTaken' | 'note'>;
}

/**
 * What others have taken of the namespace's places and of the topic's name in metrics, as far as it matters. Looking and
 * taking are one step, without a wait in between, so that no two rounds take the same.
 */
export function takePlace(
  deps: PlaceSources,
  resource: EventTopic,
  seen: SeenTopic,
): Pick<SeenTopic, 'placesTaken' | 'collides'> {
  if (ownsTopic(resource, seen)) return { placesTaken: 0, collides: false };
  const taken = {
    placesTaken: countPlaces(deps, resource, seen.use),
    collides: seen.topic === undefined && collides(deps, resource, seen),
  };
  const { actions } = planPermitted(resource, { ...seen, ...taken });
  deps.places.note(
    resource,
    actions.some(({ kind }) => kind === 'create' || kind === 'adopt'),
  );
  return taken;
}

function countPlaces(deps: PlaceSources, resource: EventTopic, use: ClusterUse): number {
  const most = use.rule?.maxTopicsPerNamespace;
  if (most === undefined) return 0;
  return countBefore(claimant(resource, false), othersOf(deps, resource, use), most, ({ other }) => {
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
