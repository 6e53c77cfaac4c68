import type { Settled } from '../ports/fault.ts';
import type { CommittedOffsets, GroupState, PartitionOffsets, TopicOffsets } from '../ports/kafka.ts';
import type { GroupHistory, LagHistory } from './history.ts';
import type { PositionHistory } from './position.ts';
import type { OffsetSeries } from './series.ts';
import type { LagSubscription, OffsetReset } from './snapshot.ts';

/** What the brokers answered about one group. */
export interface GroupAnswers {
  group: Settled<GroupState>;
  committed: Settled<CommittedOffsets>;
  /** By topic; each topic that is read has its answer. */
  offsets: ReadonlyMap<string, Settled<TopicOffsets>>;
}

/** One partition as the brokers answered, and what is remembered of it. */
export interface Found {
  topic: string;
  partition: number;
  offsets: PartitionOffsets | undefined;
  committed: bigint | undefined;
  /** Where reading goes on, inside the log; `undefined`: unknown. */
  position: bigint | undefined;
  history: PositionHistory;
  ends: OffsetSeries;
}

/** One group's answers, taken into the history. */
export interface Sample {
  subscription: LagSubscription;
  answers: GroupAnswers;
  history: GroupHistory;
  found: readonly Found[];
  atMs: number;
}

/** Where a look at the log would tell how old a lag is, or whether it is one. */
export interface LookUp {
  topic: string;
  partition: number;
  offset: bigint;
  /** Offsets from there to the end. */
  lag: number;
  history: PositionHistory;
}

export function recordEnds(history: LagHistory, offsets: GroupAnswers['offsets'], atMs: number): void {
  for (const [topic, answer] of offsets) {
    if (!answer.ok) continue;
    for (const [partition, known] of answer.value) {
      if (known !== undefined) history.ends(topic, partition).add(Number(known.end), atMs);
    }
  }
}

/** Takes one group's answers into the history. Call `recordEnds` first. */
export function recordGroup(
  history: LagHistory,
  subscription: LagSubscription,
  topics: readonly string[],
  answers: GroupAnswers,
  atMs: number,
): Sample {
  const group = history.group(subscription.groupId);
  const found = topics.flatMap((topic) => findPartitions(topic, subscription, answers, history));
  group.seeState(answers.group.ok ? answers.group.value : undefined, atMs);
  if (answers.committed.ok) {
    const gaps = found.map(({ history: seen, committed, offsets, position }) => {
      const waiting =
        position !== undefined && offsets !== undefined && seen.firstWaiting(position, offsets.end) < offsets.end;
      return seen.see({ committed, waiting }, atMs);
    });
    group.seeCommitGaps(gaps.filter((gapMs) => gapMs !== undefined));
  }
  return { subscription, answers, history: group, found, atMs };
}

function findPartitions(
  topic: string,
  { groupId, offsetReset }: LagSubscription,
  { offsets, committed }: GroupAnswers,
  history: LagHistory,
): Found[] {
  const answer = offsets.get(topic);
  if (!answer?.ok) return [];
  const positions = committed.ok ? committed.value.get(topic) : undefined;
  const group = history.group(groupId);
  const added = new Set([...answer.value.keys()].filter((partition) => group.isNew(topic, partition)));
  return [...answer.value]
    .sort(([a], [b]) => a - b)
    .map(([partition, known]) => {
      const past = group.position(topic, partition);
      if (known) past.seeLog(known, added.has(partition));
      const own = positions?.get(partition);
      const position = known && committed.ok ? positionOf(own, known, offsetReset, past) : undefined;
      const ends = history.ends(topic, partition);
      return { topic, partition, offsets: known, committed: own, position, history: past, ends };
    });
}

/** Where the group goes on reading; `undefined`: nobody can tell. */
function positionOf(
  committed: bigint | undefined,
  { end, logStart }: PartitionOffsets,
  offsetReset: OffsetReset,
  past: PositionHistory,
): bigint | undefined {
  if (committed !== undefined) {
    // Offsets are read after positions, so a position past the end belongs to a log that was cut or made anew.
    return committed > end ? undefined : max(committed, logStart);
  }
  if (end === logStart || offsetReset === 'Earliest') return logStart;
  // What came in since the first look is lag for a client that starts at the end, and so is what waited for the group
  // when its offsets expired: a client would skip it, and nobody would have read it.
  if (offsetReset === 'Latest') return max(lastPosition(past, end) ?? past.firstEnd(end), logStart);
  // Without a reset rule the client stops with an error: nothing is read until somebody commits a position.
  return undefined;
}

/** In this log: a position past its end belongs to the one before, and of this one nothing was read. */
function lastPosition({ lastCommitted }: PositionHistory, end: bigint): bigint | undefined {
  return lastCommitted !== undefined && lastCommitted > end ? 0n : lastCommitted;
}

/** A look costs a fetch, and what it says of the lag is good for a while. */
export const lookUpsPerTick = 8;
export const lookUpAgainMs = 30_000;
/** A position that stands still for so long, and for two commits, may stand before what is no record. */
const standingMs = 10_000;

/**
 * Where records wait that are older than the samples and whose time is unknown, or where a position stands still before
 * something that nobody looked at; not where that was done less than `everyMs` ago.
 */
export function lookUpsOf({ found, history: group, atMs }: Sample, everyMs: number): LookUp[] {
  const standsMs = Math.max(standingMs, 2 * group.commitIntervalMs);
  return found.flatMap(({ topic, partition, offsets, position, history, ends }) => {
    if (offsets === undefined || position === undefined) return [];
    const offset = history.firstWaiting(position, offsets.end);
    const lag = Number(offsets.end - offset);
    if (lag === 0) return [];
    const { firstOffset } = ends;
    const isOld = firstOffset !== undefined && Number(offset) < firstOffset;
    const isAgeUnknown = isOld && history.anchor?.offset !== Number(offset);
    const mayBeNone = history.idleMs(atMs) >= standsMs && history.foundAt(offset)?.kind !== 'record';
    const { lookedUpMs } = history;
    const due = lookedUpMs === undefined || history.goesOn || atMs - lookedUpMs >= everyMs;
    return due && (isAgeUnknown || mayBeNone) ? [{ topic, partition, offset, lag, history }] : [];
  });
}

/** Those that were never made come first, the largest lag before others, and then the longest unasked. */
export function firstOf(lookUps: readonly LookUp[]): LookUp[] {
  const askedMs = ({ history }: LookUp) => history.lookedUpMs ?? Number.NEGATIVE_INFINITY;
  const inTurn = lookUps.toSorted((a, b) => (askedMs(a) === askedMs(b) ? b.lag - a.lag : askedMs(a) - askedMs(b)));
  return inTurn.slice(0, lookUpsPerTick);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
