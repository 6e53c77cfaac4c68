import { keyOf } from '../../../base/keys.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { Reason } from '../../../crds/reasons.ts';
import { Fault } from '../../../ports/fault.ts';
import type { KafkaAdmin } from '../../../ports/kafka.ts';
import type { KafkaCallOptions } from '../../../ports/kafka-calls.ts';
import { judgeFailure } from '../../../runtime/judge-failure.ts';
import type { Blocked, Round } from '../../../runtime/kind.ts';
import { wait } from '../../blocked.ts';
import { type ClusterUse, findCluster, hasAnswered, questionOf, resolveCluster } from '../../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import { claimName, topicNameOf } from '../identity.ts';
import { consumersOf, hasUnseenUsers, heirOf, type Neighbourhood, otherOwner } from '../look/neighbours.ts';
import type { DeletionBrake } from '../memory/deletion-brake.ts';
import type { RefusedDeletions } from '../memory/refused-deletions.ts';
import type { ObservedRemoval, Patience, RemovalFacts, RemovalSight, SeenRemoval } from '../observed.ts';
import { keepBecause } from './keep.ts';
import { isOldDeletion } from './old-deletion.ts';

/** How soon the brokers are asked again; that an EventCluster is reached again is told by a watch. */
const askAgainMs = 30_000;

export interface RemovalSources extends Neighbourhood {
  kafka: ClusterConnections;
  /** Absent where nothing is carried out. */
  deletions?: {
    brake: Pick<DeletionBrake, 'waitMs' | 'noteWaiting' | 'isWaiting'>;
    refused: Pick<RefusedDeletions, 'find'>;
  };
  /** For how long a deletion is carried out without being asked for again. */
  confirmDeletionAfterMs: number;
}

export async function observeRemoval(
  sources: RemovalSources,
  resource: EventTopic,
  round: Round,
): Promise<ObservedRemoval> {
  const patience = patienceWith(sources, resource, round.now);
  return { sight: await lookAtRemoval(sources, resource, patience, round), patience };
}

function patienceWith({ namespaces }: RemovalSources, { metadata, spec }: EventTopic, now: Date): Patience {
  const { namespace = '', deletionTimestamp = '' } = metadata;
  const namespaceTerminating = Boolean(namespaces.get(namespace)?.metadata.deletionTimestamp);
  const { deletionTimeoutSeconds: limit } = spec;
  if (limit === undefined) return { namespaceTerminating, leftMs: undefined };
  const leftMs = Date.parse(deletionTimestamp) + limit * 1_000 - now.getTime();
  return { namespaceTerminating, leftMs: Math.max(0, leftMs) };
}

function isOver({ namespaceTerminating, leftMs }: Patience): boolean {
  return namespaceTerminating || leftMs === 0;
}

async function lookAtRemoval(
  sources: RemovalSources,
  resource: EventTopic,
  patience: Patience,
  round: Round,
): Promise<RemovalSight> {
  const found = findCluster(questionOf(resource, sources.namespaces), sources.clusters.list());
  const why = keepBecause(resource, found.kind === 'use' ? found.use : undefined);
  const answer = resolveCluster(questionOf(resource, sources.namespaces), sources.clusters.list());
  const askable = why === undefined && answer.kind === 'use' && hasAnswered(answer.use);
  // No broker need be asked for what is not deleted.
  const inheritance = askable ? undefined : heirOf(sources, resource);
  if (inheritance !== undefined) return { kind: 'leaving', ...inheritance };
  if (why !== undefined) return { kind: 'kept', why };
  if (answer.kind === 'blocked') return { kind: 'noCluster', blocked: answer.blocked, gone: answer.gone };
  try {
    return await askBrokers(sources, resource, answer.use, round);
  } catch (error) {
    const blocked = blockedByFailure(error, patience);
    if (blocked === undefined) throw error;
    return { kind: 'unanswered', blocked };
  }
}

async function askBrokers(
  sources: RemovalSources,
  resource: EventTopic,
  use: ClusterUse,
  { signal, now }: Round,
): Promise<SeenRemoval> {
  const name = topicNameOf(resource);
  const options = { signal, namespace: resource.metadata.namespace ?? '' };
  const admin = adminOf(sources.kafka, use);
  const onlyIfEmpty = resource.spec.deletionPolicy === 'DeleteIfEmpty';
  const [cluster, topic, readers, records] = await Promise.all([
    admin.describeCluster(options),
    admin.describeTopic(name, options),
    admin.groupsReading(name, options),
    onlyIfEmpty ? recordsOf(admin, name, options) : undefined,
  ]);
  return {
    kind: 'seen',
    use,
    liveClusterId: cluster.clusterId,
    topic,
    otherOwner: otherOwner(sources, resource, { ...use, topicId: topic?.id }),
    claim: sources.claims.find(claimName(use.clusterId, name)),
    facts: {
      readers,
      records,
      consumers: consumersOf(sources, resource, use),
      unseenUsers: hasUnseenUsers(sources, resource, use),
      ...(topic && deletionFactsOf(sources, topic.id, use, now)),
      askedLongAgo: isDoubtful(sources, resource, topic?.id, use, now),
    },
  };
}

/** What the brake has held back ever since it was asked for is no deletion of long ago. */
function isDoubtful(
  sources: RemovalSources,
  resource: EventTopic,
  id: string | undefined,
  use: ClusterUse,
  now: Date,
): boolean {
  const isOld = isOldDeletion(resource, sources.confirmDeletionAfterMs, now);
  const brake = sources.deletions?.brake;
  if (id === undefined || brake === undefined) return isOld;
  const owner = keyOf(resource);
  if (!isOld && deletionFactsOf(sources, id, use, now).brakeMs !== undefined) brake.noteWaiting(owner, id);
  return isOld && !brake.isWaiting(owner, id);
}

function deletionFactsOf(
  { deletions }: RemovalSources,
  id: string,
  { clusterId, cluster }: ClusterUse,
  now: Date,
): Pick<RemovalFacts, 'refused' | 'brakeMs'> {
  const counted = { clusterId, id, limit: cluster.spec.maxDeletionsPerHour };
  return { refused: deletions?.refused.find([id, clusterId], now), brakeMs: deletions?.brake.waitMs(counted, now) };
}

/** Whether the topic holds records. A partition of which nothing is known may hold some. */
export async function recordsOf(
  admin: KafkaAdmin,
  name: string,
  options: KafkaCallOptions,
): Promise<RemovalFacts['records']> {
  const offsets = (await admin.readOffsets([name], options)).get(name);
  if (!offsets?.ok || offsets.value.size === 0) return 'unknown';
  const partitions = [...offsets.value.values()];
  if (partitions.some((known) => known !== undefined && known.end > known.logStart)) return 'some';
  return partitions.includes(undefined) ? 'unknown' : 'none';
}

const reasons = {
  away: { kafka: Reason.KafkaUnavailable },
  throttled: { kafka: Reason.KafkaThrottled },
  rejected: {},
};

/** `undefined`: nobody needs to know, or it is a bug. Where nothing may be held any more, every failure counts. */
function blockedByFailure(error: unknown, patience: Patience): Blocked | undefined {
  const { blocked, meaning } = judgeFailure(error, reasons, askAgainMs);
  if (blocked && meaning !== 'bug') return { ...blocked, lookAgainMs: askAgainMs };
  if (!(error instanceof Fault) || !isOver(patience)) return undefined;
  return wait(Reason.Deleting, { what: error.message }, askAgainMs);
}
