import { topicNameOf } from '../../controllers/event-topic/identity.ts';
import type { EventTopic } from '../../crds/event-topic.ts';

export interface Claims {
  /** Topics of the Kafka cluster that an EventTopic names. */
  topics: ReadonlySet<string>;
  /** Resource names of the namespace, with the topic of the Kafka cluster that each names, if it is one of that. */
  names: ReadonlyMap<string, string | undefined>;
}

/** Which names are taken. A resource whose cluster has not been seen yet may mean this one, so it counts. */
export function claimsOn(clusterId: string, namespace: string, resources: readonly EventTopic[]): Claims {
  const here = (resource: EventTopic) => [undefined, clusterId].includes(resource.status?.clusterId);
  return {
    topics: new Set(resources.filter(here).map(topicNameOf)),
    names: new Map(
      resources
        .filter(({ metadata }) => metadata.namespace === namespace)
        .map((resource) => [resource.metadata.name, here(resource) ? topicNameOf(resource) : undefined]),
    ),
  };
}
