import type { EventTopic } from '../../../crds/event-topic.ts';
import { Reason } from '../../../crds/reasons.ts';
import type { TopicState } from '../../../ports/kafka.ts';
import type { ConfigChanges } from '../../../ports/kafka-config.ts';
import type { PartitionReplicas } from '../../../ports/kafka-replicas.ts';
import type { Blocked } from '../../../runtime/kind.ts';
import { type Advice, refuse, wait } from '../../blocked.ts';
import type { ClusterUse } from '../../cluster-use.ts';
import { isMoving, isOursMoving, replicasDiffer } from './moving.ts';
import type { ObservedReplicas } from './observe.ts';
import { heldReplicas, mayStart, placeReplicas, settledReplicas, type Targets } from './placement.ts';
import type { Batch } from './throttles.ts';

export type ReassignmentAction =
  /** Starts to move the replicas of some partitions. */
  | { kind: 'reassign'; use: ClusterUse; batch: Batch; from: number; to: number }
  /** Sets the throttles back. */
  | { kind: 'endReassignment'; use: ClusterUse; name: string };

export interface ReplicationPlan {
  /** The changes of settings that may be made now. */
  changes: ConfigChanges;
  actions: readonly ReassignmentAction[];
  blocked: readonly Blocked[];
}

const lookAgainMs = 3_000;
const brokersAgainMs = 30_000;
const minInSyncKey = 'min.insync.replicas';

export interface ReplicationQuestion {
  spec: Pick<EventTopic['spec'], 'replicationFactor'>;
  use: ClusterUse;
  topic: TopicState;
  /** Absent: nobody looked, because there was no need to or it is not allowed. */
  replicas: ObservedReplicas | undefined;
  /** Settings that are to be changed in the same round, before replicas are moved. */
  changes: ConfigChanges;
}

/** Brings the number of replicas to the spec, a batch of partitions at a time; what was started is seen through. */
export function planReplication(question: ReplicationQuestion): ReplicationPlan {
  return { changes: changesNow(question), ...planMoves(question) };
}

type Moves = Omit<ReplicationPlan, 'changes'>;

function planMoves(question: ReplicationQuestion): Moves {
  const { spec, use, topic, replicas } = question;
  const wanted = spec.replicationFactor;
  const differs = replicasDiffer(wanted, topic);
  const refusal = differs && !isEnabled(use) ? [notAllowed(use, topic, wanted)] : [];
  if (replicas === undefined) return { actions: [], blocked: refusal };
  if (wanted === undefined || refusal.length > 0) return seeThrough(question, replicas, refusal);
  const todo = replicas.partitions.filter((partition) => settledReplicas(partition).length !== wanted);
  if (todo.length === 0) return seeThrough(question, replicas, []);
  const placed = placeReplicas({ ...replicas, topic: topic.name, wanted });
  const targets = new Map(todo.map(({ partition }) => [partition, targetOf(partition, wanted, placed, replicas)]));
  const inTheWay = obstacle(question, { ...replicas, todo, targets, wanted });
  if (inTheWay) return { actions: [], blocked: [inTheWay] };
  return { actions: [reassign(question, replicas, targets, wanted)], blocked: [] };
}

/** What was sent already is sent again rather than elsewhere: the brokers may be slow to show it. */
function targetOf(
  partition: number,
  wanted: number,
  placed: Targets,
  { record, brokers }: ObservedReplicas,
): readonly number[] {
  const sent = record?.targets[partition] ?? [];
  const live = new Set(brokers.map(({ id }) => id));
  const stillGood = sent.length === wanted && sent.every((broker) => live.has(broker));
  return stillGood ? sent : (placed.get(partition) ?? []);
}

/** Nothing more is to be started. */
function seeThrough(
  { use, topic }: ReplicationQuestion,
  { partitions, record, brokers }: ObservedReplicas,
  blocked: readonly Blocked[],
): Moves {
  const ours = partitions.filter((partition) => isOursMoving(partition, record));
  if (ours.length > 0) return { actions: [], blocked: [...blocked, underWay(topic, ours, brokers)] };
  if (record) return { actions: [{ kind: 'endReassignment', use, name: topic.name }], blocked };
  return { actions: [], blocked };
}

interface Todo extends ObservedReplicas {
  /** Partitions that have another number of replicas than wanted, or are on their way to one. */
  todo: readonly PartitionReplicas[];
  targets: Targets;
  wanted: number;
}

function obstacle({ topic, use, changes }: ReplicationQuestion, seen: Todo): Blocked | undefined {
  const { partitions, brokers, record, todo, targets, wanted, movingElsewhere } = seen;
  const away = brokersAway(partitions, brokers);
  const minInSync = { live: minInSyncOf(topic), wanted: Number(changes.get(minInSyncKey) ?? minInSyncOf(topic)) };
  if (minInSync.wanted > wanted) return belowMinInSync(topic, wanted, minInSync.wanted);
  if (brokers.length < wanted && away.length > 0) return waitsForBrokers(topic, away);
  if (brokers.length < wanted) return tooFewBrokers(topic, wanted, brokers.length);
  if (partitions.some((partition) => isMoving(partition) && !isOursMoving(partition, record))) {
    const what = `replicas of topic "${topic.name}" are being moved by somebody else`;
    return waits(what, `they are brought to ${wanted} after that`);
  }
  // A batch that is on its way to the wanted number is waited for; one that goes elsewhere is sent on.
  const ours = partitions.filter((partition) => isOursMoving(partition, record) && !todo.includes(partition));
  if (ours.length > 0) return underWay(topic, ours, brokers);
  const behind = todo.filter((partition) => !mayStart(partition, targets.get(partition.partition) ?? []));
  if (behind.length > 0) {
    return away.length > 0
      ? waitsForBrokers(topic, away)
      : waits(`not all replicas of topic "${topic.name}" are in sync`, `they are brought to ${wanted} after that`);
  }
  const required = Math.min(minInSync.live, minInSync.wanted);
  if (todo.some((partition) => growsBelowMinInSync(partition, wanted, required))) {
    return wouldStopWriters(topic, wanted, required);
  }
  if (movingElsewhere >= (use.cluster.spec.reassignment?.maxConcurrentPartitions ?? 0)) {
    const turn = `replicas of topic "${topic.name}" are brought to ${wanted} when it is their turn`;
    // Thousands may wait, while a few move.
    return wait(Reason.ReassignmentWaiting, { what: `${turn}: other topics are being moved` }, brokersAgainMs);
  }
  return undefined;
}

/** Replicas that come count at once, so that a partition with one replica and a minimum of two takes no writes then. */
function growsBelowMinInSync(partition: PartitionReplicas, wanted: number, minInSync: number): boolean {
  return wanted > partition.inSync.length && minInSync > partition.inSync.length;
}

function reassign(
  { topic, use }: ReplicationQuestion,
  { partitions, movingElsewhere }: ObservedReplicas,
  targets: Targets,
  to: number,
): ReassignmentAction {
  const { maxConcurrentPartitions = 0, throttleBytesPerSecond = 0 } = use.cluster.spec.reassignment ?? {};
  const started = new Map([...targets].slice(0, Math.max(0, maxConcurrentPartitions - movingElsewhere)));
  const batch: Batch = {
    clusterId: use.clusterId,
    topic: topic.name,
    topicId: topic.id,
    targets: started,
    bytesPerSecond: throttleBytesPerSecond,
    mostMoving: maxConcurrentPartitions,
  };
  return { kind: 'reassign', use, batch, from: fewestReplicas(partitions), to };
}

/**
 * More replicas that have to be in sync are asked for when they are there: until then nobody could write. Lists of
 * throttled replicas are ours until they are set back.
 */
function changesNow({ changes, topic, replicas, spec }: ReplicationQuestion): ConfigChanges {
  if (replicas === undefined) return changes;
  const minInSync = Number(changes.get(minInSyncKey) ?? 0);
  const isEarly =
    spec.replicationFactor !== undefined &&
    minInSync > minInSyncOf(topic) &&
    replicas.partitions.some(({ inSync }) => inSync.length < minInSync);
  const isHeld = (key: string) =>
    (key === minInSyncKey && isEarly) ||
    (replicas.record !== undefined && Object.hasOwn(replicas.record.settings, key));
  return new Map([...changes].filter(([key]) => !isHeld(key)));
}

function minInSyncOf(topic: TopicState): number {
  return Number(topic.config.get(minInSyncKey)?.value ?? 1);
}

/** How many replicas every partition has for sure: those that are still to come do not count. */
export function fewestReplicas(partitions: readonly PartitionReplicas[]): number {
  return Math.min(...partitions.map((partition) => heldReplicas(partition).length));
}

function isEnabled({ cluster }: ClusterUse): boolean {
  return cluster.spec.reassignment?.enabled === true;
}

/** Brokers that hold replicas, or are to get some, and are not there. */
function brokersAway(partitions: readonly PartitionReplicas[], brokers: ObservedReplicas['brokers']): number[] {
  const live = new Set(brokers.map(({ id }) => id));
  const named = new Set(partitions.flatMap(({ replicas }) => replicas));
  return [...named].filter((broker) => !live.has(broker)).sort((a, b) => a - b);
}

function underWay(
  topic: TopicState,
  moving: readonly PartitionReplicas[],
  brokers: ObservedReplicas['brokers'],
): Blocked {
  const away = brokersAway(moving, brokers);
  if (away.length > 0) return waitsForBrokers(topic, away);
  const what = `replicas of topic "${topic.name}" are being moved`;
  return wait(Reason.ReassignmentRunning, { what, next: 'status.reassignment says how far that is' }, lookAgainMs);
}

function waitsForBrokers(topic: TopicState, away: readonly number[]): Blocked {
  const names = `broker${away.length > 1 ? 's' : ''} ${away.join(', ')}`;
  return waits(
    `the reassignment of topic "${topic.name}" waits for ${names}: not in the cluster now`,
    `start ${away.length > 1 ? 'them' : 'it'} again`,
  );
}

function waits(what: string, next: string): Blocked {
  return wait(Reason.ReassignmentWaiting, { what, next }, lookAgainMs);
}

function notAllowed(use: ClusterUse, { name, replicationFactor }: TopicState, wanted: number): Blocked {
  const denied = `EventCluster "${use.name}" does not let replicas be moved`;
  return refuse(Reason.ReassignmentNotAllowed, {
    what: `topic "${name}" has ${replicationFactor} replicas, wanted ${wanted}: ${denied}`,
    next: `ask its owner to set spec.reassignment.enabled, or set spec.replicationFactor to ${replicationFactor}`,
  });
}

function belowMinInSync(topic: TopicState, wanted: number, minInSync: number): Blocked {
  const fewer = 'fewer replicas than have to be in sync';
  return refuse(Reason.ReassignmentNotAllowed, {
    what: `topic "${topic.name}" has min.insync.replicas ${minInSync}, wanted ${wanted} replicas: ${fewer}`,
    next: `set min.insync.replicas to ${wanted} or less first`,
  });
}

function wouldStopWriters(topic: TopicState, wanted: number, minInSync: number): Blocked {
  const fewer = `topic "${topic.name}" has min.insync.replicas ${minInSync} and fewer replicas than that`;
  return refuse(Reason.ReassignmentNotAllowed, {
    what: `${fewer}: it would take no writes with acks=all while they are copied`,
    next: `set min.insync.replicas lower until there are ${wanted} replicas`,
  });
}

/** Brokers come without anything in Kubernetes telling of it. */
function tooFewBrokers(topic: TopicState, wanted: number, live: number): Blocked {
  return { ...refuse(Reason.NotEnoughBrokers, shortageOf(topic.name, wanted, live)), lookAgainMs: brokersAgainMs };
}

export function shortageOf(topic: string, wanted: number, live: number): Advice {
  return {
    what: `topic "${topic}" needs ${wanted} brokers for ${wanted} replicas, and the cluster has ${live}`,
    next: `add brokers, or set spec.replicationFactor to ${live} or less`,
  };
}
