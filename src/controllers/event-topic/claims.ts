import type { EventTopic } from '../../crds/event-topic.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import { claimName, topicNameOf } from './plan.ts';

/** Drops journal entries that have served: the status holds the topic's id, or the resource is gone. Returns how to stop. */
export function releaseSettledClaims(topics: ResourceCache<EventTopic>, journal: Journal): () => void {
  return topics.subscribe(({ before, after }) => {
    const resource = after ?? before;
    const { clusterId, topicId } = resource?.status ?? {};
    if (!resource || !clusterId || (after && !topicId)) return;
    const thing = claimName(clusterId, topicNameOf(resource));
    if (journal.find(thing)?.uid === resource.metadata.uid) journal.release(thing);
  });
}
