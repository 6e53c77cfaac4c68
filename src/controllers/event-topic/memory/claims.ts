import type { EventTopic } from '../../../crds/event-topic.ts';
import type { Book, BookType, Claim, Journal } from '../../../ports/journal.ts';
import type { ResourceCache } from '../../../ports/kube.ts';
import { claimName, topicNameOf } from '../identity.ts';
import { brokerThrottleBook, topicThrottleBook } from '../reassignment/records.ts';
import { deletionBook } from './deletion-brake.ts';
import { departureBook } from './departures.ts';

/** The cache of a process that begins to lead may be behind by what the leader before it saw last. */
const youngMs = 120_000;

/** Who creates or adopts which topic, by `<cluster id>/<topic name>`. */
export const claimBook: BookType<Claim> = {
  name: 'claims',
  parse: readClaim,
  holderOf: ({ uid }) => uid,
  // The resource went while nobody led.
  isOrphan: ({ uid, at }, living, now) => !living.has(uid) && now.getTime() - Date.parse(at) >= youngMs,
};

const books: readonly BookType<unknown>[] = [
  claimBook,
  topicThrottleBook,
  brokerThrottleBook,
  deletionBook,
  departureBook,
];

/** Drops claims that have served: the status holds the topic's id, or the resource is gone. Returns how to stop. */
export function releaseSettledClaims(topics: ResourceCache<EventTopic>, journal: Journal): () => void {
  const claims = journal.open(claimBook);
  return topics.subscribe(({ before, after }) => {
    const gone = before?.metadata.uid;
    if (gone !== undefined && gone !== after?.metadata.uid) releaseWhere(claims, ({ uid }) => uid === gone);
    if (!after?.status?.clusterId || !after.status.topicId) return;
    const key = claimName(after.status.clusterId, topicNameOf(after));
    const claim = claims.find(key);
    if (claim?.uid === after.metadata.uid && claim.replaces !== after.status.topicId) claims.release(key);
  });
}

/** Drops the records that nobody needs any more, of whichever book. For a complete `topics` only. */
export function releaseOrphanedClaims(topics: ResourceCache<EventTopic>, journal: Journal, now: Date): void {
  const living = new Set([...topics.list()].map(({ metadata }) => metadata.uid));
  for (const book of books) releaseWhere(journal.open(book), (record) => book.isOrphan(record, living, now));
}

function releaseWhere<Value>(book: Book<Value>, matches: (value: Value) => boolean): void {
  for (const { key, value } of [...book.list()]) if (value !== undefined && matches(value)) book.release(key);
}

const longAgo = new Date(0).toISOString();

/** For a time that was damaged the holder counts all the same. What is absent was unknown to earlier versions. */
function readClaim(stored: unknown): Claim | undefined {
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { uid, at, creates, replaces, id }: { readonly [Field in keyof Claim]?: unknown } = stored;
  if (typeof uid !== 'string' || typeof at !== 'string') return undefined;
  return {
    uid,
    at: Number.isNaN(Date.parse(at)) ? longAgo : at,
    ...(creates === true && { creates }),
    ...(typeof replaces === 'string' && { replaces }),
    ...(typeof id === 'string' && { id }),
  };
}
