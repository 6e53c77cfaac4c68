import type { GroupFacts } from './facts.ts';
import type { PartitionLoad } from './rates.ts';

/** Which limit keeps a group smaller than it should be. */
export type SizeLimit = 'AtMaxReplicas' | 'AtPartitionLimit';

/** What is seen in one snapshot. Rates are records per second. */
export interface Sight {
  group: GroupFacts;
  loads: readonly PartitionLoad[];
  arrival: number;
  /** Waiting records of the partitions that are processed. */
  backlog: number;
  /** Age of the oldest of them; `undefined`: unknown. */
  lagSeconds: number | undefined;
  progressing: boolean;
  /** All replicas that the target asks for are ready, and the group's work shows that they are. */
  settled: boolean;
  /** Partitions that nobody gets on with. */
  stuck: readonly string[];
}

/** What follows from it for the size. */
export interface Sizing {
  /** The fewest replicas that meet the demand, or the most there may be. */
  need: number;
  /** Replicas that would be enough with some margin: what shrinking goes by. */
  enough: number;
  /** Set when even the most replicas do not meet all of the demand. */
  unmet: SizeLimit | undefined;
}

export interface Assessment extends Sight, Sizing {
  /** Replica counts worth having, ascending; the last is the most that is useful and allowed. */
  sizes: readonly number[];
  /** What one member can process: the user's figure, or the measured one. */
  memberRate: number | undefined;
  /** Partitions to which more arrives than one member can process. */
  hot: readonly string[];
}
