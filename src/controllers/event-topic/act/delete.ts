import { assertNever } from '../../../base/assert-never.ts';
import { keyOf } from '../../../base/keys.ts';
import type { EventCluster } from '../../../crds/event-cluster.ts';
import type { EventTopic } from '../../../crds/event-topic.ts';
import { allowDeleteAnnotation } from '../../../crds/names.ts';
import { Reason } from '../../../crds/reasons.ts';
import { Fault } from '../../../ports/fault.ts';
import type { EventNote, ResourceStore } from '../../../ports/kube.ts';
import type { Blocked, Round } from '../../../runtime/kind.ts';
import { refuseInWords, wait } from '../../blocked.ts';
import { type ClusterUse, questionOf, resolveCluster } from '../../cluster-use.ts';
import { adminOf, type ClusterConnections } from '../../connections.ts';
import type { SharedReads } from '../../shared-reads.ts';
import type { TopicAction } from '../actions.ts';
import { consumersOf, hasUnseenUsers, type Neighbourhood, otherOwner } from '../look/neighbours.ts';
import type { DeletionBrake } from '../memory/deletion-brake.ts';
import type { RefusedDeletions } from '../memory/refused-deletions.ts';
import { reasonOfRejection } from '../plan/rejection.ts';
import { keepBecause } from '../removal/keep.ts';
import { recordsOf } from '../removal/observe.ts';

type Deletion = Extract<TopicAction, { kind: 'delete' }>;

/** What deletions have in common. */
export interface DeletionMemory {
  brake: DeletionBrake;
  refused: RefusedDeletions;
  clusterReads: SharedReads<EventCluster | undefined>;
}

export interface DeletionEffects extends Neighbourhood {
  topics: ResourceStore<EventTopic>;
  clusters: ResourceStore<EventCluster>;
  kafka: ClusterConnections;
  deletions: DeletionMemory;
}

/** How long the brokers are not asked again for what they refused. */
const restMs = 60_000;

/** What destroys looks again, right before, at all but the readers. What is not as it was planned on is planned anew. */
export async function deleteTopic(effects: DeletionEffects, deletion: Deletion, round: Round): Promise<EventNote> {
  const { use, name, id } = deletion;
  const changed = await whatChanged(effects, deletion, round);
  if (changed !== undefined) throw notDeleted(name, `${changed} changed meanwhile`);
  const counted = { clusterId: use.clusterId, id, limit: use.cluster.spec.maxDeletionsPerHour };
  if (!(await effects.deletions.brake.take(counted, round.now))) throw notDeleted(name, 'too many others are');
  await send(effects, deletion, round);
  return { type: 'Normal', reason: Reason.Deleted, message: `deleted topic "${name}" with id ${id}` };
}

function notDeleted(name: string, why: string): Fault {
  return new Fault('kafka', 'conflict', `topic "${name}" is not deleted: ${why}`);
}

async function whatChanged(
  effects: DeletionEffects,
  { use, resource, name, id }: Deletion,
  { signal }: Round,
): Promise<string | undefined> {
  const { topics, clusters, deletions } = effects;
  const admin = adminOf(effects.kafka, use);
  // The read belongs to all deletions that share it, and has a deadline of its own.
  const readCluster = () => clusters.read(use.name, { signal: new AbortController().signal });
  const [live, liveCluster, kafka, liveName, records] = await Promise.all([
    topics.read(keyOf(resource), { signal }),
    deletions.clusterReads.read(use.name, readCluster),
    admin.describeCluster({ signal }),
    admin.nameOfTopicId(id, { signal }),
    resource.spec.deletionPolicy === 'DeleteIfEmpty' ? recordsOf(admin, name, { signal }) : 'none',
  ]);
  if (!live || !isStillMeant(resource, live)) return 'its resource';
  if (!liveCluster || !stillGrants(effects, liveCluster, live, use)) return 'its EventCluster';
  if (kafka.clusterId !== use.clusterId) return 'the Kafka cluster';
  // A topic that is gone already is no obstacle.
  if (liveName !== undefined && liveName !== name) return 'the name of its id';
  if (records !== 'none') return 'what it holds';
  if (otherOwner(effects, live, { ...use, topicId: id }) !== undefined) return 'who claims it';
  if (live.metadata.annotations?.[allowDeleteAnnotation] === id) return undefined;
  if (hasUnseenUsers(effects, live, use)) return 'who may use it';
  const { here, elsewhere } = consumersOf(effects, live, use);
  return here.length > 0 || elsewhere ? 'who refers to it' : undefined;
}

/** The very resource, and as it was when its removal was planned. */
function isStillMeant(planned: EventTopic, live: EventTopic): boolean {
  return (
    live.metadata.uid === planned.metadata.uid &&
    live.metadata.deletionTimestamp !== undefined &&
    live.metadata.generation === planned.metadata.generation &&
    live.metadata.annotations?.[allowDeleteAnnotation] === planned.metadata.annotations?.[allowDeleteAnnotation]
  );
}

function stillGrants(
  { namespaces }: DeletionEffects,
  liveCluster: EventCluster,
  live: EventTopic,
  use: ClusterUse,
): boolean {
  const question = { ...questionOf(live, namespaces), clusterRef: { name: use.name } };
  const answer = resolveCluster(question, [liveCluster]);
  return answer.kind === 'use' && answer.use.clusterId === use.clusterId && keepBecause(live, answer.use) === undefined;
}

async function send(
  { kafka, deletions: { refused } }: DeletionEffects,
  { use, name, id }: Deletion,
  round: Round,
): Promise<void> {
  try {
    await adminOf(kafka, use).deleteTopic(id, round);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { about, blocked } = refusalOf(error, use, id);
    const isFinal = blocked.kind === 'refuse' || about === use.clusterId;
    refused.note(about, blocked, isFinal ? restMs : 0, round.now);
    // The next look says what it means for the resource.
    throw isFinal ? notDeleted(name, error.message) : error;
  }
}

/** What the brokers' answer means, and for what. */
function refusalOf(fault: Fault, use: ClusterUse, id: string): { about: string; blocked: Blocked } {
  if (fault.code === 'TOPIC_DELETION_DISABLED') return { about: use.clusterId, blocked: deletionDisabled(use) };
  switch (fault.kind) {
    case 'denied':
      return {
        about: id,
        blocked: { ...refuseInWords(Reason.AuthorizationDenied, fault.message), lookAgainMs: restMs },
      };
    case 'rejected':
      return { about: id, blocked: { ...refuseInWords(reasonOfRejection(fault), fault.message), lookAgainMs: restMs } };
    case 'throttled':
      return { about: id, blocked: wait(Reason.KafkaThrottled, { what: fault.message }, restMs) };
    case 'unavailable':
    case 'conflict':
      return { about: id, blocked: wait(Reason.KafkaUnavailable, { what: fault.message }, restMs) };
    default:
      return assertNever(fault.kind);
  }
}

function deletionDisabled({ name }: ClusterUse): Blocked {
  const what = `the brokers of EventCluster "${name}" delete no topics, because they run with delete.topic.enable=false`;
  return wait(Reason.DeletionDisabledOnBroker, { what, next: 'it is tried again every minute' }, restMs);
}
