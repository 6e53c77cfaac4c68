import type { EventTopic } from '../../crds/event-topic.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import { isDeletionRecord } from './deletion-brake.ts';
import { claimName, topicNameOf } from './identity.ts';
import { isThrottleRecord } from './reassignment/records.ts';

/** Drops journal entries that have served: the status holds the topic's id, or the resource is gone. Returns how to stop. */
export function releaseSettledClaims(topics: ResourceCache<EventTopic>, journal: Journal): () => void {
  return topics.subscribe(({ before, after }) => {
    const gone = before?.metadata.uid;
    if (gone !== undefined && gone !== after?.metadata.uid) releaseWhere(journal, (uid) => uid === gone);
    if (!after?.status?.clusterId || !after.status.topicId) return;
    const thing = claimName(after.status.clusterId, topicNameOf(after));
    const claim = journal.find(thing);
    if (claim?.uid === after.metadata.uid && claim.replaces !== after.status.topicId) journal.release(thing);
  });
}

/** Drops the claims of resources that went while nobody led. For a complete `topics` only. */
export function releaseOrphanedClaims(topics: ResourceCache<EventTopic>, journal: Journal): void {
  const uids = new Set([...topics.list()].map(({ metadata }) => metadata.uid));
  releaseWhere(journal, (uid) => !uids.has(uid));
}

function releaseWhere(journal: Journal, matches: (uid: string) => boolean): void {
  for (const { thing, uid } of [...journal.list()]) {
    const isClaim = !isThrottleRecord(thing) && !isDeletionRecord(thing);
    if (isClaim && matches(uid)) journal.release(thing);
  }
}
