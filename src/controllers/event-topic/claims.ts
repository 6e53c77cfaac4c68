import type { EventTopic } from '../../crds/event-topic.ts';
import type { Journal } from '../../ports/journal.ts';
import type { ResourceCache } from '../../ports/kube.ts';
import { isDeletionRecord } from './deletion-brake.ts';
import { isDepartureRecord } from './departures.ts';
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

/** The cache of a process that begins to lead may be behind by what the leader before it saw last. */
const youngMs = 120_000;

/** Drops the claims of resources that went while nobody led. For a complete `topics` only. */
export function releaseOrphanedClaims(topics: ResourceCache<EventTopic>, journal: Journal, now: Date): void {
  const uids = new Set([...topics.list()].map(({ metadata }) => metadata.uid));
  const isYoung = (thing: string) => now.getTime() - Date.parse(journal.find(thing)?.at ?? '') < youngMs;
  releaseWhere(journal, (uid, thing) => !uids.has(uid) && !isYoung(thing));
}

function releaseWhere(journal: Journal, matches: (uid: string, thing: string) => boolean): void {
  for (const { thing, uid } of [...journal.list()]) {
    const isClaim = !isThrottleRecord(thing) && !isDeletionRecord(thing) && !isDepartureRecord(thing);
    if (isClaim && matches(uid, thing)) journal.release(thing);
  }
}
