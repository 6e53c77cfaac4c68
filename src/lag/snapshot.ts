import type { Fault } from '../ports/fault.ts';
import type { GroupMember } from '../ports/kafka.ts';

/** Where a client starts that finds no committed offset, which the brokers cannot tell. */
export type OffsetReset = 'Latest' | 'Earliest' | 'None';

export interface LagSubscription {
  groupId: string;
  topics: readonly string[];
  offsetReset: OffsetReset;
}

/** One partition that a group reads, at one moment. Rates are records per second, times monotonic milliseconds. */
export interface PartitionSnapshot {
  topic: string;
  partition: number;
  /** `undefined`: the brokers gave no offsets for it. */
  end: bigint | undefined;
  logStart: bigint | undefined;
  /** `undefined`: the group never committed here, or its offsets could not be read. */
  committed: bigint | undefined;
  /** Records between the group's position and the end; `undefined`: unknown, never zero by default. */
  lag: number | undefined;
  /**
   * Offsets at the group's position that were looked at and hold no record to process: markers of transactions, aborted
   * ones, what compaction removed. Not part of `lag`.
   */
  phantom: number;
  /** Age of the record at the group's position, as the polls saw it come in; 0 without lag; `undefined`: unknown. */
  lagSeconds: number | undefined;
  /** What `lagSeconds` cannot be less than: itself where it is known, otherwise what our own looks prove. */
  lagSecondsAtLeast: number;
  /** How fast the log grows, over 20 s and over 120 s; `undefined`: fewer than two polls. */
  arrivalRate: { short: number; long: number } | undefined;
  /** How fast the group commits, over the snapshot's `commitWindowMs`; `undefined`: fewer than two polls. */
  commitRate: number | undefined;
  /** How long the committed offset has stood still with records waiting; 0 when none wait. */
  idleMs: number;
  /** Why what waits could not be looked at when that was tried last; it counts as records. */
  lookFault: Fault | undefined;
  /** Why the time that stands in the oldest waiting record does not tell its age; `undefined`: the age is known. */
  timeDoubt: string | undefined;
  /** The first record that waits is of a transaction that was neither committed nor aborted when it was looked at. */
  open: { since: Date | undefined } | undefined;
  /** Records wait here, and the offset that the group had committed expired or was deleted. */
  isForgotten: boolean;
}

/**
 * One group at one moment: the single source of status, metrics and decisions, so that their numbers never disagree.
 * Immutable.
 */
export interface GroupSnapshot {
  groupId: string;
  /** When the offsets were read, on the monotonic clock. */
  sampledAtMs: number;
  /** Whether state, positions and ends of all partitions were read. If not, nothing may be concluded from a sum. */
  known: boolean;
  /** Why not, for the user; the same while the problem is. */
  problem: string | undefined;
  /** What an outside system answered, when that is the problem. */
  fault: Fault | undefined;
  /** As the broker names it; empty: unknown. */
  state: string;
  assignor: string;
  members: readonly GroupMember[];
  /** Since when the same members have read the same partitions in state Stable; `undefined`: they have not. */
  steadySinceMs: number | undefined;
  commitIntervalMs: number;
  commitWindowMs: number;
  /**
   * What the group reads, as its members say, and topics asked for that it has committed offsets of; while members do not
   * say it, what it read before, or the topics asked for and all those with committed offsets. Sorted.
   */
  topics: readonly string[];
  /** Topics asked for that no member reads and that have no committed offsets; they are in no other number. Sorted. */
  unreadTopics: readonly string[];
  /** Sorted by topic and number. */
  partitions: readonly PartitionSnapshot[];
  /** Sum over all partitions; `undefined`: unknown. */
  lagRecords: number | undefined;
  phantomRecords: number;
  /** The oldest partition's; `undefined`: unknown for a partition that lags. */
  lagSeconds: number | undefined;
  /** The largest of the partitions': what is proven, where `lagSeconds` is not known. */
  lagSecondsAtLeast: number;
  /** What the user should know of these numbers, in sentences that stay the same while it does. */
  remarks: readonly string[];
}

/** The snapshot as it counts when it is too old to conclude anything from it. */
export function staleSnapshot(snapshot: GroupSnapshot): GroupSnapshot {
  return {
    ...snapshot,
    known: false,
    problem: `no offsets of group "${snapshot.groupId}" could be read lately`,
    lagRecords: undefined,
    lagSeconds: undefined,
    lagSecondsAtLeast: 0,
    remarks: [],
  };
}
