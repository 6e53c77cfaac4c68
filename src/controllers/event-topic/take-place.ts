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
 * How many places of the namespace others have, as far as it matters. Counting and taking are one step, without a wait
 * in between, so that no two rounds take the same place.
 */
export function takePlace(deps: PlaceSources, resource: EventTopic, seen: SeenTopic): number {
  const { use } = seen;
  const most = use.rule?.maxTopicsPerNamespace;
  if (most === undefined || ownsTopic(resource, seen)) return 0;
  const placesTaken = countBefore(claimant(resource, false), othersOf(deps, resource, use), most, ({ other }) => {
    // Nobody has looked at the topics of the others.
    const live = { ...use, topicId: undefined };
    return mayClaim(deps, other, live) && otherOwner(deps, other, live) === undefined;
  });
  const { actions } = planPermitted(resource, { ...seen, placesTaken });
  deps.places.note(
    resource,
    actions.some(({ kind }) => kind === 'create' || kind === 'adopt'),
  );
  return placesTaken;
}

/** The other EventTopics of the namespace, and whether each has a topic in this Kafka cluster. */
function* othersOf(
  deps: PlaceSources,
  { metadata: { namespace = '', uid } }: EventTopic,
  use: ClusterUse,
): Generator<Claimant & { other: EventTopic }> {
  for (const other of deps.topics.byIndex(namespaceIndex, namespace)) {
    if (other.metadata.uid === uid) continue;
    const claim = deps.journal.find(claimName(use.clusterId, topicNameOf(other)));
    const has = rememberedOf(other, use).topicId !== undefined || claim?.uid === other.metadata.uid;
    yield { ...claimant(other, has || deps.places.isTaken(other)), other };
  }
}
