import type { EventTopic } from '../../crds/event-topic.ts';
import type { ClusterUse } from '../cluster-use.ts';
import { type Claimant, claimant } from '../ownership.ts';
import { claimName, ownsTopic, rememberedOf, topicNameOf } from './identity.ts';
import { mayClaim, type Neighbourhood, otherOwner } from './neighbours.ts';
import type { SeenTopic } from './observed.ts';
import { countBefore, namespaceIndex, type Places } from './places.ts';
import { planPermitted } from './plan.ts';

interface PlaceSources extends Neighbourhood {
  places: Pick<Places, 'isTaken' | 'note'>;
}

/**
 * How many places of the namespace others have. Counting and taking are one step, without a wait in between, so that no
 * two rounds take the same place.
 */
export function takePlace(deps: PlaceSources, resource: EventTopic, seen: SeenTopic): number {
  if (seen.use.rule?.maxTopicsPerNamespace === undefined || ownsTopic(resource, seen)) return 0;
  const placesTaken = countBefore(claimant(resource, false), othersOf(deps, resource, seen.use));
  const { actions } = planPermitted(resource, { ...seen, placesTaken });
  deps.places.note(
    resource,
    actions.some(({ kind }) => kind === 'create' || kind === 'adopt'),
  );
  return placesTaken;
}

/** Topics of the namespace in the same Kafka cluster, each by the resource that owns it or is the next to do so. */
function othersOf(deps: PlaceSources, resource: EventTopic, use: ClusterUse): Claimant[] {
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
